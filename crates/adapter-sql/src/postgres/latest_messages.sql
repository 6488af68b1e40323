SELECT m.* FROM unnest($1::uuid[]) AS wanted (id)
CROSS JOIN LATERAL
    (SELECT * FROM messages WHERE conversation_id = wanted.id AND active ORDER BY id DESC LIMIT $2) m
ORDER BY m.conversation_id, m.id
