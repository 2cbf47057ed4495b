-- Courses, and what a run writes into them.
--
-- Children of a course repeat its owner beside its organization (course_user_id), bound by a composite foreign key that follows a
-- change of owner: so the policies of a child compare its own columns, without a look into courses, whose policy for students
-- looks into enrollments and would recurse. Writers may leave both out: a trigger takes them from the parent.
--
-- Keys of uniqueness name the organization too. The composite foreign keys make that the same rule; without it, a refused insert
-- would tell a stranger by its error which rows are there.
set role app_owner;

create type public.course_status as enum ('draft', 'published', 'archived');

-- In pipeline order, which is the order of admin_generation_dashboard.
create type public.generation_status as enum (
    'pending', 'initializing', 'processing_documents', 'analyzing_task', 'generating_structure', 'generating_content',
    'finalizing', 'completed', 'failed', 'cancelled'
);

create table public.courses (
    id uuid primary key default gen_random_uuid(),
    title text not null check (title <> ''),
    slug text not null check (slug <> ''),
    user_id uuid not null,
    organization_id uuid not null,
    status public.course_status not null default 'draft',
    settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
    language text not null default 'ru',
    style text,
    course_description text,
    target_audience text,
    difficulty text,
    learning_outcomes text,
    estimated_lessons int check (estimated_lessons > 0),
    estimated_sections int check (estimated_sections > 0),
    content_strategy text,
    output_formats text[] not null default '{}',
    prerequisites text,
    generation_progress jsonb,
    generation_status public.generation_status,
    generation_started_at timestamptz,
    generation_completed_at timestamptz,
    last_progress_update timestamptz,
    webhook_url text,
    error_message text,
    error_details jsonb,
    run_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (organization_id, slug),
    unique (organization_id, id),
    unique (organization_id, id, user_id),
    foreign key (organization_id, user_id) references public.users (organization_id, id)
);

create index courses_user_id on public.courses (user_id);
create index courses_generation_status on public.courses (generation_status, last_progress_update);
create index courses_generation_active on public.courses (organization_id, generation_status)
    where generation_status not in ('completed', 'failed', 'cancelled');
create index courses_generation_stuck on public.courses (last_progress_update)
    where generation_status not in ('completed', 'failed', 'cancelled');

create trigger touch_updated_at
    before update on public.courses
    for each row execute function app.touch_updated_at();

create function app.inherit_from_course() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.organization_id is null or new.course_user_id is null then
        select c.organization_id, c.user_id
        into new.organization_id, new.course_user_id
        from public.courses c
        where c.id = new.course_id;
    end if;
    return new;
end
$$;

create table public.sections (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    course_user_id uuid not null,
    title text not null check (title <> ''),
    description text,
    order_index int not null check (order_index > 0),
    metadata jsonb not null default '{}',
    unique (course_id, organization_id, order_index),   -- the course first: workers look by it alone
    unique (organization_id, course_id, id),
    foreign key (organization_id, course_id, course_user_id)
        references public.courses (organization_id, id, user_id) on update cascade on delete cascade
);

create trigger inherit_from_course
    before insert on public.sections
    for each row execute function app.inherit_from_course();

create function app.inherit_from_section() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.organization_id is null or new.course_id is null or new.course_user_id is null then
        select s.organization_id, s.course_id, s.course_user_id
        into new.organization_id, new.course_id, new.course_user_id
        from public.sections s
        where s.id = new.section_id;
    end if;
    return new;
end
$$;

create table public.lessons (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    course_id uuid not null,
    course_user_id uuid not null,
    section_id uuid not null,
    title text not null check (title <> ''),
    order_index int not null check (order_index > 0),
    duration_minutes int check (duration_minutes > 0),
    lesson_type text not null default 'text' check (lesson_type in ('video', 'text', 'quiz', 'interactive', 'assignment')),
    status public.course_status not null default 'draft',
    metadata jsonb not null default '{}',
    unique (section_id, organization_id, order_index),
    unique (organization_id, course_id, id),
    foreign key (organization_id, course_id, section_id)
        references public.sections (organization_id, course_id, id) on delete cascade,
    foreign key (organization_id, course_id, course_user_id)
        references public.courses (organization_id, id, user_id) on update cascade on delete cascade
);

create index lessons_course on public.lessons (course_id);

create trigger inherit_from_section
    before insert on public.lessons
    for each row execute function app.inherit_from_section();

create function app.inherit_from_lesson() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.organization_id is null or new.course_id is null or new.course_user_id is null then
        select l.organization_id, l.course_id, l.course_user_id
        into new.organization_id, new.course_id, new.course_user_id
        from public.lessons l
        where l.id = new.lesson_id;
    end if;
    return new;
end
$$;

create table public.lesson_content (
    lesson_id uuid primary key,
    organization_id uuid not null,
    course_id uuid not null,
    course_user_id uuid not null,
    text_content text,
    media_urls text[] not null default '{}',
    quiz_data jsonb,
    interactive_elements jsonb,
    updated_at timestamptz not null default now(),
    foreign key (organization_id, course_id, lesson_id)
        references public.lessons (organization_id, course_id, id) on delete cascade,
    foreign key (organization_id, course_id, course_user_id)
        references public.courses (organization_id, id, user_id) on update cascade on delete cascade
);

create index lesson_content_course on public.lesson_content (organization_id, course_id);

create trigger inherit_from_lesson
    before insert on public.lesson_content
    for each row execute function app.inherit_from_lesson();

create trigger touch_updated_at
    before update on public.lesson_content
    for each row execute function app.touch_updated_at();

create table public.enrollments (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null,
    user_id uuid not null,
    course_id uuid not null,
    course_user_id uuid not null,
    status text not null default 'active' check (status in ('active', 'completed', 'dropped', 'expired')),
    progress jsonb not null default '{}',
    enrolled_at timestamptz not null default now(),
    completed_at timestamptz,
    unique (organization_id, user_id, course_id),
    foreign key (organization_id, user_id) references public.users (organization_id, id) on delete cascade,
    foreign key (organization_id, course_id, course_user_id)
        references public.courses (organization_id, id, user_id) on update cascade on delete cascade
);

create index enrollments_course on public.enrollments (organization_id, course_id);

create trigger inherit_from_course
    before insert on public.enrollments
    for each row execute function app.inherit_from_course();

reset role;
