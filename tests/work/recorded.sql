-- Every progress that a course was ever given, those inside one transaction too.
create table test_recorded (number serial primary key, course_id uuid, status text, progress jsonb);

create function test_record() returns trigger
language plpgsql security definer
set search_path = 'public'
as $$
begin
    insert into test_recorded (course_id, status, progress)
    values (new.id, new.generation_status, new.generation_progress);
    return null;
end
$$;

create trigger test_record
    after update of generation_progress on courses
    for each row execute function test_record();
