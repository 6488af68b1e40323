SELECT m.* FROM unnest($1::uuid[]) AS wanted (id)
CROSS JOIN LATERAL
    (SELECT * FROM messages WHERE conversation_id = wanted.id AND active
        AND created_at >= (SELECT coalesce(clock_timestamp() - o.retention_days * interval '24 hours', '-infinity')
                           FROM organizations o WHERE o.id = $3)
     ORDER BY id DESC LIMIT $2) m
ORDER BY m.conversation_id, m.id
