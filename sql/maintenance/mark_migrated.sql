-- Readable by every login through obj_description, without a right on any table: the check at start costs no grant.
comment on schema app is {mark};
