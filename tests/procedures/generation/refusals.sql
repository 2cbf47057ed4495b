-- For tests: the first inserts into job_status fail, as many as test_refused says. No rollback turns a sequence back.
create sequence test_attempts;
create table test_refused (times int not null);

create function test_refuse() returns trigger
language plpgsql security definer
as $$
begin
    if nextval('public.test_attempts') <= (select times from public.test_refused) then
        raise exception 'job_status is closed for a test';
    end if;
    return new;
end
$$;

create trigger test_refuse before insert on job_status for each row execute function test_refuse();
