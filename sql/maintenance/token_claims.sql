-- The claims of a user, by the hook that the identity provider calls.
select public.custom_access_token_hook(jsonb_build_object(
    'user_id', users.id,
    'claims', jsonb_build_object('sub', users.id, 'email', users.email)
)) -> 'claims'
from public.users
where users.email = %(email)s
