-- What organizations use.

-- name: organization_usage(organization_id)^
select
    organizations.storage_used_bytes as used_bytes,
    organizations.storage_quota_bytes as quota_bytes,
    app.count_files(organizations.id) as files,
    to_jsonb(tiers) as tier
from organizations
join app.tiers on tiers.tier = organizations.tier
where organizations.id = :organization_id;
