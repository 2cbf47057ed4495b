-- The demo's organizations and users; applied again, it changes nothing.
insert into public.organizations (id, name, tier)
values
    ('0d3f0000-0000-4000-8000-000000000001', 'Demo', 'standard'),
    ('0d3f0000-0000-4000-8000-000000000002', 'Other', 'free')
on conflict do nothing;

insert into public.users (id, email, organization_id, role)
values
    ('0d3f0000-0000-4000-8000-000000000011', 'superadmin@demo.local', '0d3f0000-0000-4000-8000-000000000001', 'superadmin'),
    ('0d3f0000-0000-4000-8000-000000000012', 'admin@demo.local', '0d3f0000-0000-4000-8000-000000000001', 'admin'),
    ('0d3f0000-0000-4000-8000-000000000013', 'instructor@demo.local', '0d3f0000-0000-4000-8000-000000000001', 'instructor'),
    ('0d3f0000-0000-4000-8000-000000000014', 'instructor2@demo.local', '0d3f0000-0000-4000-8000-000000000001', 'instructor'),
    ('0d3f0000-0000-4000-8000-000000000015', 'student@demo.local', '0d3f0000-0000-4000-8000-000000000001', 'student'),
    ('0d3f0000-0000-4000-8000-000000000021', 'admin@other.local', '0d3f0000-0000-4000-8000-000000000002', 'admin'),
    ('0d3f0000-0000-4000-8000-000000000022', 'instructor@other.local', '0d3f0000-0000-4000-8000-000000000002', 'instructor')
on conflict do nothing;
