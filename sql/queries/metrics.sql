-- What /metrics tells of what PostgreSQL knows.

-- name: operating_figures()
select name, label, value
from app.operating_figures()
union all
select 'webhooks_waiting', '', app.webhooks_waiting();

-- name: count_reaper_work(work)
select app.count_reaper_work(:work);
