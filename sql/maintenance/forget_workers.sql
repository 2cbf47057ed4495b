-- The last sign of life of workers that are known to have ended, which is otherwise believed for half a minute.
delete from public.saq_stats
