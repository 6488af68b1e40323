-- Accounts, agents, threads, messages and runs, with the event log, jobs and idempotency records.
-- The same tables and columns as migrations/postgres; adapter-sql's tests compare them. Ids are 16 bytes, times whole
-- microseconds since 1970, JSON is text, flags are 0 or 1.

CREATE TABLE organizations (
    id BLOB PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    -- No foreign key: an organization and its default agent are made in one commit, the organization first.
    default_agent_id BLOB NOT NULL,
    -- Messages that are older are hidden by every read and removed bit by bit.
    retention_days INTEGER,
    ai_enabled INTEGER NOT NULL CHECK (ai_enabled IN (0, 1)),
    -- In tokens, for a calendar month.
    ai_budget INTEGER,
    ai_budget_per_user INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- Hidden at once; its rows go bit by bit, this one last.
    deleted_at INTEGER
) STRICT;

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    handle TEXT NOT NULL,
    email TEXT,
    password_hash TEXT,
    display_name TEXT NOT NULL,
    -- Handle and display name in lower case, for search.
    search_text TEXT NOT NULL,
    bio TEXT,
    avatar_id BLOB,
    ai_budget INTEGER,
    deactivated_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- A deleted one is a row without address, handle and texts, for what still refers to it.
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX users_handle ON users (handle) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_email ON users (email);
CREATE INDEX users_organization ON users (organization_id, id);
CREATE INDEX users_deactivated ON users (organization_id) WHERE deactivated_at IS NOT NULL;
CREATE INDEX users_avatar ON users (avatar_id) WHERE avatar_id IS NOT NULL;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    generation INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    user_agent TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, id);
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

-- Of the token nothing is kept: it is the id under a MAC.
CREATE TABLE invitations (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    invited_by_user_id BLOB NOT NULL,
    email TEXT,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    used_by_user_id BLOB,
    revoked_at INTEGER
) STRICT;
CREATE INDEX invitations_organization ON invitations (organization_id, id);
CREATE INDEX invitations_expires ON invitations (expires_at);
CREATE INDEX invitations_used ON invitations (used_at) WHERE used_at IS NOT NULL;
CREATE INDEX invitations_revoked ON invitations (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE api_keys (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    of_organization INTEGER NOT NULL CHECK (of_organization IN (0, 1)),
    created_by_user_id BLOB NOT NULL,
    name TEXT NOT NULL,
    -- The scopes' names with a space between.
    scopes TEXT NOT NULL,
    -- SHA-256 of the secret, which is stored nowhere.
    secret_hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX api_keys_user ON api_keys (user_id, id);
CREATE INDEX api_keys_organization ON api_keys (organization_id, id);
CREATE INDEX api_keys_expires ON api_keys (expires_at);
CREATE INDEX api_keys_revoked ON api_keys (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE agents (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    owner_user_id BLOB REFERENCES users (id),
    handle TEXT NOT NULL,
    display_name TEXT NOT NULL,
    avatar_url TEXT,
    description TEXT NOT NULL,
    instructions TEXT NOT NULL,
    model TEXT,
    temperature REAL,
    visibility TEXT NOT NULL,
    owner_visibility TEXT NOT NULL,
    knowledge TEXT NOT NULL,
    tool_policy TEXT NOT NULL,
    max_tool_rounds INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    CHECK ((kind = 'personal') = (owner_user_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX agents_handle ON agents (organization_id, handle) WHERE deleted_at IS NULL;
CREATE INDEX agents_organization ON agents (organization_id, id);
CREATE INDEX agents_owner ON agents (owner_user_id) WHERE owner_user_id IS NOT NULL;

CREATE TABLE mcp_servers (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    transport TEXT NOT NULL,
    url TEXT,
    -- The headers that are sent along: what they are called, and all of them, encrypted with a key that is not here.
    header_names TEXT,
    sealed_headers BLOB,
    command TEXT,
    args TEXT,
    timeout_s INTEGER NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    read_only_tools TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK ((header_names IS NULL) = (sealed_headers IS NULL)),
    CHECK ((transport = 'http') = (url IS NOT NULL)),
    CHECK ((transport = 'stdio') = (command IS NOT NULL AND args IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX mcp_servers_name ON mcp_servers (organization_id, name);
CREATE INDEX mcp_servers_organization ON mcp_servers (organization_id, id);

-- The definitions of tools that are trusted: SHA-256 of each as it was when it was first seen, or accepted since.
CREATE TABLE mcp_tools (
    mcp_server_id BLOB NOT NULL REFERENCES mcp_servers (id) ON DELETE CASCADE,
    organization_id BLOB NOT NULL,
    name TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (mcp_server_id, name)
) STRICT;
CREATE INDEX mcp_tools_organization ON mcp_tools (organization_id);

-- Which servers' tools an agent may call: those of these names, or all of them.
CREATE TABLE agent_tools (
    agent_id BLOB NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    mcp_server_id BLOB NOT NULL REFERENCES mcp_servers (id) ON DELETE CASCADE,
    organization_id BLOB NOT NULL,
    tool_names TEXT,
    PRIMARY KEY (agent_id, mcp_server_id)
) STRICT;
CREATE INDEX agent_tools_server ON agent_tools (mcp_server_id);
CREATE INDEX agent_tools_organization ON agent_tools (organization_id);

-- What threads and channels have in common. Details lie in a table of the same id.
CREATE TABLE conversations (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    unique_key TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX conversations_unique_key ON conversations (organization_id, unique_key);

CREATE TABLE threads (
    id BLOB PRIMARY KEY NOT NULL REFERENCES conversations (id),
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    agent_id BLOB NOT NULL REFERENCES agents (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    channel_id BLOB REFERENCES conversations (id),
    title TEXT,
    title_source TEXT NOT NULL,
    metadata TEXT NOT NULL,
    archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
    last_activity_at INTEGER NOT NULL
) STRICT;
CREATE INDEX threads_of_user ON threads (organization_id, agent_id, user_id, last_activity_at, id);
CREATE INDEX threads_user ON threads (user_id);
CREATE INDEX threads_of_agent ON threads (organization_id, agent_id, last_activity_at, id);
CREATE INDEX threads_channel ON threads (channel_id) WHERE channel_id IS NOT NULL;

CREATE TABLE members (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    user_id BLOB REFERENCES users (id),
    agent_id BLOB REFERENCES agents (id),
    role TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    left_at INTEGER,
    CHECK ((user_id IS NULL) <> (agent_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX members_user ON members (conversation_id, user_id);
CREATE UNIQUE INDEX members_agent ON members (conversation_id, agent_id);
CREATE INDEX members_of_user ON members (user_id, conversation_id) WHERE user_id IS NOT NULL;
-- Counts those who are in a channel without reading their rows.
CREATE INDEX members_now ON members (conversation_id) WHERE left_at IS NULL;
CREATE INDEX members_of_agent ON members (agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE messages (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    author_kind TEXT NOT NULL,
    author_user_id BLOB,
    author_agent_id BLOB,
    on_behalf_of_user_id BLOB,
    role TEXT NOT NULL,
    from_ai INTEGER NOT NULL CHECK (from_ai IN (0, 1)),
    content TEXT NOT NULL,
    content_html TEXT NOT NULL,
    metadata TEXT NOT NULL,
    reply_to_id BLOB,
    branch_parent_id BLOB,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    run_id BLOB,
    status TEXT NOT NULL,
    client_id BLOB,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    deleted_at INTEGER
) STRICT;
-- With what tells whether a message is new to somebody: counting those does not read the messages.
CREATE INDEX messages_conversation
    ON messages (conversation_id, id, active, deleted_at, status, author_user_id, created_at);
CREATE UNIQUE INDEX messages_client_id ON messages (author_user_id, client_id);
CREATE INDEX messages_reply_to ON messages (reply_to_id, id) WHERE reply_to_id IS NOT NULL;
CREATE INDEX messages_on_behalf_of ON messages (on_behalf_of_user_id, id) WHERE on_behalf_of_user_id IS NOT NULL;

-- What only a channel has.
CREATE TABLE channels (
    id BLOB PRIMARY KEY NOT NULL REFERENCES conversations (id),
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    name TEXT,
    topic TEXT NOT NULL,
    agent_id BLOB REFERENCES agents (id),
    agent_personality TEXT,
    created_by_user_id BLOB NOT NULL
) STRICT;
CREATE INDEX channels_organization ON channels (organization_id, id);

-- Up to where somebody has read. Apart from members, so that reading locks nobody's membership.
CREATE TABLE read_markers (
    conversation_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    message_id BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX read_markers_user ON read_markers (user_id, conversation_id);
CREATE INDEX read_markers_organization ON read_markers (organization_id);

-- Of what in a channel somebody wants to be told, where they have said so.
CREATE TABLE notification_levels (
    conversation_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    level TEXT NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notification_levels_user ON notification_levels (user_id, conversation_id);
CREATE INDEX notification_levels_organization ON notification_levels (organization_id);

-- What a message said before it was edited: its text at that version.
CREATE TABLE message_edits (
    message_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    content TEXT NOT NULL,
    edited_by_user_id BLOB NOT NULL,
    edited_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_edits_conversation ON message_edits (conversation_id);
CREATE INDEX message_edits_organization ON message_edits (organization_id);

-- Who is meant by a message: a user, an agent, or everyone (`channel`, `here`).
CREATE TABLE mentions (
    message_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    user_id BLOB,
    agent_id BLOB,
    PRIMARY KEY (message_id, n),
    CHECK ((kind = 'user') = (user_id IS NOT NULL)),
    CHECK ((kind = 'agent') = (agent_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_conversation ON mentions (conversation_id, message_id);
CREATE INDEX mentions_organization ON mentions (organization_id);

CREATE TABLE reactions (
    message_id BLOB NOT NULL,
    emoji TEXT NOT NULL,
    user_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, emoji, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reactions_conversation ON reactions (conversation_id);
CREATE INDEX reactions_user ON reactions (user_id);
CREATE INDEX reactions_organization ON reactions (organization_id);

CREATE TABLE pins (
    conversation_id BLOB NOT NULL,
    message_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    pinned_by_user_id BLOB NOT NULL,
    pinned_at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pins_organization ON pins (organization_id);

-- What answers were made from, by the numbers of the prompt.
CREATE TABLE message_sources (
    message_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    source_id BLOB NOT NULL,
    source_version INTEGER NOT NULL,
    cited INTEGER NOT NULL CHECK (cited IN (0, 1)),
    PRIMARY KEY (message_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_sources_conversation ON message_sources (conversation_id);
CREATE INDEX message_sources_organization ON message_sources (organization_id);

-- How people want to be stood in for. `left_out` holds the ids of conversations.
CREATE TABLE personas (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    organization_id BLOB NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    instructions TEXT NOT NULL,
    max_messages INTEGER NOT NULL,
    max_days INTEGER NOT NULL,
    cooldown_s INTEGER NOT NULL,
    mention_cooldown_s INTEGER NOT NULL,
    answers_a_day INTEGER NOT NULL,
    left_out TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX personas_organization ON personas (organization_id);

-- One turn of an agent.
CREATE TABLE runs (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    agent_id BLOB NOT NULL,
    requested_by_user_id BLOB NOT NULL,
    purpose TEXT NOT NULL,
    trigger_message_id BLOB NOT NULL,
    answer_message_id BLOB,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    lease_owner BLOB,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL CHECK (cancel_requested IN (0, 1)),
    model TEXT,
    prompt_version INTEGER NOT NULL,
    error_code TEXT,
    error_message TEXT,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cached_tokens INTEGER,
    cost_micros INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX runs_one_underway ON runs (conversation_id, agent_id)
    WHERE status IN ('running', 'awaiting_approval');
CREATE UNIQUE INDEX runs_live_trigger ON runs (trigger_message_id, agent_id)
    WHERE status IN ('queued', 'running', 'awaiting_approval');
CREATE INDEX runs_conversation ON runs (conversation_id, agent_id, status, created_at, id);
CREATE INDEX runs_status_lease ON runs (status, lease_until);
CREATE INDEX runs_lease_owner ON runs (lease_owner) WHERE lease_owner IS NOT NULL;

-- The truth from which later prompts are rebuilt, round by round.
CREATE TABLE run_steps (
    run_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    tool_call_ids TEXT NOT NULL,
    state TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cached_tokens INTEGER,
    cost_micros INTEGER NOT NULL,
    PRIMARY KEY (run_id, attempt, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE tool_calls (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL,
    message_id BLOB NOT NULL,
    run_id BLOB NOT NULL,
    step INTEGER NOT NULL,
    server TEXT NOT NULL,
    tool_name TEXT NOT NULL,
    arguments TEXT NOT NULL,
    status TEXT NOT NULL,
    result TEXT,
    truncated INTEGER NOT NULL CHECK (truncated IN (0, 1)),
    error TEXT,
    start_time INTEGER NOT NULL,
    end_time INTEGER
) STRICT;
CREATE INDEX tool_calls_message ON tool_calls (message_id, start_time, id);
CREATE INDEX tool_calls_run ON tool_calls (run_id);

-- A run's stream, kept while it lives and for a while after.
CREATE TABLE run_chunks (
    run_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    n INTEGER NOT NULL,
    chars_from INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT,
    subject_id BLOB,
    PRIMARY KEY (run_id, attempt, n, chars_from)
) STRICT, WITHOUT ROWID;

-- One row. `system_identifier` numbers the openings of the file: events of an opening carry it, so that those that were
-- undone by a restore are told from those that took their place. Hence `epoch` needs no raising here.
CREATE TABLE event_epoch (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    epoch INTEGER NOT NULL,
    system_identifier TEXT,
    -- The newest place of this epoch whose event was pruned.
    pruned_transaction_id INTEGER,
    pruned_position INTEGER
) STRICT;
INSERT INTO event_epoch (id, epoch, system_identifier) VALUES (1, 1, NULL);

-- What happened, without any text. One writer: the order of `position` is the order of commits. A number is never given
-- twice, so that a reader's place stays right when old rows are removed.
CREATE TABLE events (
    epoch INTEGER NOT NULL,
    transaction_id INTEGER NOT NULL DEFAULT 0,
    position INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB,
    audience TEXT NOT NULL,
    audience_user_id BLOB,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    subject_version INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX events_place ON events (epoch, transaction_id, position);
CREATE INDEX events_at ON events (at);

CREATE TABLE jobs (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lease_owner BLOB,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    last_error TEXT,
    died_at INTEGER
) STRICT;
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE died_at IS NULL;
CREATE INDEX jobs_dead ON jobs (died_at, id) WHERE died_at IS NOT NULL;
CREATE INDEX jobs_lease_owner ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE TABLE idempotency (
    organization_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    subject_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, operation, key, organization_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE audit (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL,
    -- Nobody: the operator.
    actor_user_id BLOB,
    action TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_organization ON audit (organization_id, at, id);

-- What models have used: a row for each attempt of a run, kept when the run is gone, and for each other question.
CREATE TABLE usage (
    subject_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB,
    user_id BLOB,
    agent_id BLOB,
    purpose TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (subject_id, attempt)
) STRICT, WITHOUT ROWID;
-- With the tokens, so that a month's sum is read from the index alone.
CREATE INDEX usage_organization ON usage (organization_id, at, input_tokens, output_tokens);
CREATE INDEX usage_user ON usage (user_id, at);
CREATE INDEX usage_at ON usage (at);

-- What people have set of how they want to be seen.
CREATE TABLE user_status (
    user_id BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    organization_id BLOB NOT NULL,
    mode TEXT NOT NULL,
    text TEXT,
    emoji TEXT,
    -- Until when mode, text and emoji hold.
    expires_at INTEGER,
    ai_replies INTEGER NOT NULL CHECK (ai_replies IN (0, 1)),
    -- Since when the mode is this one.
    since INTEGER NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX user_status_organization ON user_status (organization_id);
CREATE INDEX user_status_expires ON user_status (expires_at) WHERE expires_at IS NOT NULL;

-- Who is connected to which node, as long as the node says so again. No foreign keys: a node writes many at once, and one
-- user who is gone must not be in the way of the others.
CREATE TABLE connections (
    user_id BLOB NOT NULL,
    node_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    active_at INTEGER NOT NULL,
    active_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- When others see a change if nothing more is heard; null when they were told the last one.
    due_at INTEGER,
    PRIMARY KEY (user_id, node_id)
) STRICT;
CREATE INDEX connections_organization ON connections (organization_id);
CREATE INDEX connections_due ON connections (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX connections_expires ON connections (expires_at);

-- What is known of files; their bytes lie in the object store.
CREATE TABLE files (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    uploaded_by_user_id BLOB NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    status TEXT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    summary TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX files_organization ON files (organization_id, size);
CREATE INDEX files_uploaded_by ON files (uploaded_by_user_id, id);

-- What is attached to a message: in a conversation, so that who may read it is asked without the message's row.
CREATE TABLE message_files (
    message_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    file_id BLOB NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    PRIMARY KEY (message_id, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX message_files_file ON message_files (file_id, message_id);
CREATE INDEX message_files_conversation ON message_files (conversation_id, file_id);

-- What people say of answers.
CREATE TABLE message_feedback (
    message_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    rating TEXT NOT NULL,
    comment TEXT,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_feedback_conversation ON message_feedback (conversation_id);
CREATE INDEX message_feedback_organization ON message_feedback (organization_id);

-- What is attached to a thread itself.
CREATE TABLE thread_files (
    conversation_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    organization_id BLOB NOT NULL,
    file_id BLOB NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, n)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX thread_files_file ON thread_files (file_id, conversation_id);

-- What a file says, in passages, and what each means: the values of a vector in four bytes each, the lowest first.
CREATE TABLE file_passages (
    file_id BLOB NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    organization_id BLOB NOT NULL,
    place_kind TEXT NOT NULL,
    place_number INTEGER,
    place_name TEXT,
    text TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    embedding_model TEXT,
    embedding BLOB,
    PRIMARY KEY (file_id, n),
    CHECK ((embedding_model IS NULL) = (embedding IS NULL))
) STRICT;

-- The words of messages: no texts. `place` orders them by the time when they were sent. The words themselves are in a table
-- of their own, as is who may find them (on Postgres both are a column of this one).
CREATE TABLE search_messages (
    place INTEGER PRIMARY KEY NOT NULL,
    message_id BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    organization_id BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX search_messages_message ON search_messages (message_id);
CREATE VIRTUAL TABLE search_message_words
    USING fts5 (words, scope, content='', contentless_delete=1, tokenize='ascii');
CREATE TRIGGER search_messages_gone AFTER DELETE ON search_messages BEGIN
    DELETE FROM search_message_words WHERE rowid = old.place;
END;

-- The words of files: of each passage, and, as number -1, of the name and summary.
CREATE TABLE search_files (
    place INTEGER PRIMARY KEY NOT NULL,
    file_id BLOB NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    organization_id BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX search_files_passage ON search_files (file_id, n);
CREATE VIRTUAL TABLE search_file_words
    USING fts5 (words, scope, content='', contentless_delete=1, tokenize='ascii');
CREATE TRIGGER search_files_gone AFTER DELETE ON search_files BEGIN
    DELETE FROM search_file_words WHERE rowid = old.place;
END;

-- How far those are who follow the event log, and which process follows for each of them.
CREATE TABLE log_cursors (
    follower TEXT PRIMARY KEY NOT NULL,
    epoch INTEGER,
    transaction_id INTEGER,
    position INTEGER,
    -- When the last walk through everything ended.
    walked_at INTEGER,
    lease_owner BLOB,
    lease_until INTEGER,
    fence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What they still have to go through, whether it changed or not: of one organization, or, as that of zeros, of all.
CREATE TABLE log_walks (
    follower TEXT NOT NULL,
    organization_id BLOB NOT NULL,
    forced INTEGER NOT NULL,
    stage TEXT NOT NULL,
    after TEXT,
    PRIMARY KEY (follower, organization_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_walks_organization ON log_walks (organization_id);

-- What was given to the index of vectors, wherever that is.
CREATE TABLE embedded_sources (
    kind TEXT NOT NULL,
    source_id BLOB NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB,
    version INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    model TEXT NOT NULL,
    digest INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX embedded_sources_organization ON embedded_sources (organization_id, kind, source_id);
CREATE INDEX embedded_sources_conversation ON embedded_sources (conversation_id, source_id) WHERE conversation_id IS NOT NULL;

-- The embedded index of vectors: a row for each place of a vector, and one with zeros for one that is in none. The values
-- in four bytes each, the lowest first; none where the file's passage has the same.
CREATE TABLE embeddings (
    organization_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    source_id BLOB NOT NULL,
    chunk INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    author_user_id BLOB,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    model TEXT NOT NULL,
    vector BLOB,
    -- The number of the change of its conversation that wrote it.
    changed INTEGER NOT NULL,
    PRIMARY KEY (organization_id, kind, source_id, chunk, conversation_id)
) STRICT;
CREATE INDEX embeddings_conversation ON embeddings (organization_id, conversation_id, changed);

-- How often the vectors of a conversation changed, and how often some of them went: so that what is held in memory is known
-- to be all there is.
CREATE TABLE embedding_places (
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    changes INTEGER NOT NULL,
    removals INTEGER NOT NULL,
    PRIMARY KEY (organization_id, conversation_id)
) STRICT, WITHOUT ROWID;
