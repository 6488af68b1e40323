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
CREATE INDEX messages_conversation ON messages (conversation_id, id);
CREATE UNIQUE INDEX messages_client_id ON messages (author_user_id, client_id);

-- One turn of an agent.
CREATE TABLE runs (
    id BLOB PRIMARY KEY NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    agent_id BLOB NOT NULL,
    requested_by_user_id BLOB NOT NULL,
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
    actor_user_id BLOB NOT NULL,
    action TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_organization ON audit (organization_id, at, id);

-- What models have used: a row for each attempt of a run, kept when the run is gone.
CREATE TABLE usage (
    subject_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    organization_id BLOB NOT NULL,
    conversation_id BLOB,
    user_id BLOB NOT NULL,
    agent_id BLOB,
    purpose TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (subject_id, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_organization ON usage (organization_id, at);
CREATE INDEX usage_at ON usage (at);

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
