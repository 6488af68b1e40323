-- Accounts, agents, threads, messages and runs, with the event log, jobs and idempotency records.
-- The same tables and columns as migrations/sqlite; adapter-sql's tests compare them.

CREATE TABLE organizations (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    -- No foreign key: an organization and its default agent are made in one commit, the organization first.
    default_agent_id uuid NOT NULL,
    -- Messages that are older are hidden by every read and removed bit by bit.
    retention_days integer,
    ai_enabled boolean NOT NULL,
    -- In tokens, for a calendar month.
    ai_budget bigint,
    ai_budget_per_user bigint,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Hidden at once; its rows go bit by bit, this one last.
    deleted_at timestamptz
);

CREATE TABLE users (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    kind text NOT NULL,
    role text NOT NULL,
    handle text NOT NULL,
    email text,
    password_hash text,
    display_name text NOT NULL,
    -- Handle and display name in lower case, for search.
    search_text text NOT NULL,
    bio text,
    avatar_id uuid,
    ai_budget bigint,
    deactivated_at timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- A deleted one is a row without address, handle and texts, for what still refers to it.
    deleted_at timestamptz
);
CREATE UNIQUE INDEX users_handle ON users (handle) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_email ON users (email);
CREATE INDEX users_organization ON users (organization_id, id);
CREATE INDEX users_deactivated ON users (organization_id) WHERE deactivated_at IS NOT NULL;
CREATE INDEX users_avatar ON users (avatar_id) WHERE avatar_id IS NOT NULL;

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    user_id uuid NOT NULL REFERENCES users (id),
    generation bigint NOT NULL,
    rotated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    user_agent text,
    created_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id, id);
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

-- Of the token nothing is kept: it is the id under a MAC.
CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    invited_by_user_id uuid NOT NULL,
    email text,
    role text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    used_by_user_id uuid,
    revoked_at timestamptz
);
CREATE INDEX invitations_organization ON invitations (organization_id, id);
CREATE INDEX invitations_expires ON invitations (expires_at);
CREATE INDEX invitations_used ON invitations (used_at) WHERE used_at IS NOT NULL;
CREATE INDEX invitations_revoked ON invitations (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    of_organization boolean NOT NULL,
    created_by_user_id uuid NOT NULL,
    name text NOT NULL,
    -- The scopes' names with a space between.
    scopes text NOT NULL,
    -- SHA-256 of the secret, which is stored nowhere.
    secret_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX api_keys_user ON api_keys (user_id, id);
CREATE INDEX api_keys_organization ON api_keys (organization_id, id);
CREATE INDEX api_keys_expires ON api_keys (expires_at);
CREATE INDEX api_keys_revoked ON api_keys (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE agents (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    kind text NOT NULL,
    owner_user_id uuid REFERENCES users (id),
    handle text NOT NULL,
    display_name text NOT NULL,
    avatar_url text,
    description text NOT NULL,
    instructions text NOT NULL,
    model text,
    temperature double precision,
    visibility text NOT NULL,
    owner_visibility text NOT NULL,
    knowledge text NOT NULL,
    tool_policy text NOT NULL,
    max_tool_rounds integer NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    CHECK ((kind = 'personal') = (owner_user_id IS NOT NULL))
);
CREATE UNIQUE INDEX agents_handle ON agents (organization_id, handle) WHERE deleted_at IS NULL;
CREATE INDEX agents_organization ON agents (organization_id, id);
CREATE INDEX agents_owner ON agents (owner_user_id) WHERE owner_user_id IS NOT NULL;

CREATE TABLE mcp_servers (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    name text NOT NULL,
    transport text NOT NULL,
    url text,
    -- The headers that are sent along: what they are called, and all of them, encrypted with a key that is not here.
    header_names jsonb,
    sealed_headers bytea,
    command text,
    args jsonb,
    timeout_s integer NOT NULL,
    enabled boolean NOT NULL,
    read_only_tools jsonb NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((header_names IS NULL) = (sealed_headers IS NULL)),
    CHECK ((transport = 'http') = (url IS NOT NULL)),
    CHECK ((transport = 'stdio') = (command IS NOT NULL AND args IS NOT NULL))
);
CREATE UNIQUE INDEX mcp_servers_name ON mcp_servers (organization_id, name);
CREATE INDEX mcp_servers_organization ON mcp_servers (organization_id, id);

-- The definitions of tools that are trusted: SHA-256 of each as it was when it was first seen, or accepted since.
CREATE TABLE mcp_tools (
    mcp_server_id uuid NOT NULL REFERENCES mcp_servers (id) ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    fingerprint bytea NOT NULL,
    PRIMARY KEY (mcp_server_id, name)
);
CREATE INDEX mcp_tools_organization ON mcp_tools (organization_id);

-- Which servers' tools an agent may call: those of these names, or all of them.
CREATE TABLE agent_tools (
    agent_id uuid NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    mcp_server_id uuid NOT NULL REFERENCES mcp_servers (id) ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    tool_names jsonb,
    PRIMARY KEY (agent_id, mcp_server_id)
);
CREATE INDEX agent_tools_server ON agent_tools (mcp_server_id);
CREATE INDEX agent_tools_organization ON agent_tools (organization_id);

-- What threads and channels have in common. Details lie in a table of the same id.
CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    kind text NOT NULL,
    -- By its bytes, so that those of one person lie together.
    unique_key text COLLATE "C",
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX conversations_unique_key ON conversations (organization_id, unique_key);

CREATE TABLE threads (
    id uuid PRIMARY KEY REFERENCES conversations (id),
    organization_id uuid NOT NULL REFERENCES organizations (id),
    agent_id uuid NOT NULL REFERENCES agents (id),
    user_id uuid NOT NULL REFERENCES users (id),
    channel_id uuid REFERENCES conversations (id),
    title text,
    title_source text NOT NULL,
    metadata jsonb NOT NULL,
    archived boolean NOT NULL,
    last_activity_at timestamptz NOT NULL
);
CREATE INDEX threads_of_user ON threads (organization_id, agent_id, user_id, last_activity_at, id);
CREATE INDEX threads_user ON threads (user_id);
CREATE INDEX threads_of_agent ON threads (organization_id, agent_id, last_activity_at, id);
CREATE INDEX threads_channel ON threads (channel_id) WHERE channel_id IS NOT NULL;

CREATE TABLE members (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    conversation_id uuid NOT NULL REFERENCES conversations (id),
    user_id uuid REFERENCES users (id),
    agent_id uuid REFERENCES agents (id),
    role text NOT NULL,
    joined_at timestamptz NOT NULL,
    left_at timestamptz,
    CHECK ((user_id IS NULL) <> (agent_id IS NULL))
);
CREATE UNIQUE INDEX members_user ON members (conversation_id, user_id);
CREATE UNIQUE INDEX members_agent ON members (conversation_id, agent_id);
CREATE INDEX members_of_user ON members (user_id, conversation_id) WHERE user_id IS NOT NULL;
-- Counts those who are in a channel without reading their rows.
CREATE INDEX members_now ON members (conversation_id) WHERE left_at IS NULL;
CREATE INDEX members_of_agent ON members (agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL REFERENCES conversations (id),
    author_kind text NOT NULL,
    author_user_id uuid,
    author_agent_id uuid,
    on_behalf_of_user_id uuid,
    role text NOT NULL,
    from_ai boolean NOT NULL,
    content text NOT NULL,
    content_html text NOT NULL,
    metadata jsonb NOT NULL,
    reply_to_id uuid,
    branch_parent_id uuid,
    active boolean NOT NULL,
    run_id uuid,
    status text NOT NULL,
    client_id uuid,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    deleted_at timestamptz
);
CREATE INDEX messages_conversation ON messages (conversation_id, id);
CREATE UNIQUE INDEX messages_client_id ON messages (author_user_id, client_id);
CREATE INDEX messages_reply_to ON messages (reply_to_id, id) WHERE reply_to_id IS NOT NULL;
CREATE INDEX messages_on_behalf_of ON messages (on_behalf_of_user_id, id) WHERE on_behalf_of_user_id IS NOT NULL;

-- What only a channel has.
CREATE TABLE channels (
    id uuid PRIMARY KEY REFERENCES conversations (id),
    organization_id uuid NOT NULL REFERENCES organizations (id),
    name text,
    topic text NOT NULL,
    agent_id uuid REFERENCES agents (id),
    agent_personality text,
    created_by_user_id uuid NOT NULL
);
CREATE INDEX channels_organization ON channels (organization_id, id);

-- Up to where somebody has read. Apart from members, so that reading locks nobody's membership.
CREATE TABLE read_markers (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    message_id uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX read_markers_user ON read_markers (user_id, conversation_id);
CREATE INDEX read_markers_organization ON read_markers (organization_id);

-- Of what in a channel somebody wants to be told, where they have said so.
CREATE TABLE notification_levels (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    level text NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX notification_levels_user ON notification_levels (user_id, conversation_id);
CREATE INDEX notification_levels_organization ON notification_levels (organization_id);

-- What a message said before it was edited: its text at that version.
CREATE TABLE message_edits (
    message_id uuid NOT NULL,
    version bigint NOT NULL,
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    content text NOT NULL,
    edited_by_user_id uuid NOT NULL,
    edited_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, version)
);
CREATE INDEX message_edits_conversation ON message_edits (conversation_id);
CREATE INDEX message_edits_organization ON message_edits (organization_id);

-- Who is meant by a message: a user, an agent, or everyone (`channel`, `here`).
CREATE TABLE mentions (
    message_id uuid NOT NULL,
    n integer NOT NULL,
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    kind text NOT NULL,
    user_id uuid,
    agent_id uuid,
    PRIMARY KEY (message_id, n),
    CHECK ((kind = 'user') = (user_id IS NOT NULL)),
    CHECK ((kind = 'agent') = (agent_id IS NOT NULL))
);
CREATE INDEX mentions_conversation ON mentions (conversation_id, message_id);
CREATE INDEX mentions_organization ON mentions (organization_id);

CREATE TABLE reactions (
    message_id uuid NOT NULL,
    emoji text NOT NULL,
    user_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, emoji, user_id)
);
CREATE INDEX reactions_conversation ON reactions (conversation_id);
CREATE INDEX reactions_user ON reactions (user_id);
CREATE INDEX reactions_organization ON reactions (organization_id);

CREATE TABLE pins (
    conversation_id uuid NOT NULL,
    message_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    pinned_by_user_id uuid NOT NULL,
    pinned_at timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, message_id)
);
CREATE INDEX pins_organization ON pins (organization_id);

-- What answers were made from, by the numbers of the prompt.
CREATE TABLE message_sources (
    message_id uuid NOT NULL,
    n integer NOT NULL,
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    kind text NOT NULL,
    source_id uuid NOT NULL,
    source_version bigint NOT NULL,
    cited boolean NOT NULL,
    PRIMARY KEY (message_id, n)
);
CREATE INDEX message_sources_conversation ON message_sources (conversation_id);
CREATE INDEX message_sources_organization ON message_sources (organization_id);

-- How people want to be stood in for. `left_out` holds the ids of conversations.
CREATE TABLE personas (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    enabled boolean NOT NULL,
    instructions text NOT NULL,
    max_messages integer NOT NULL,
    max_days integer NOT NULL,
    cooldown_s integer NOT NULL,
    mention_cooldown_s integer NOT NULL,
    answers_a_day integer NOT NULL,
    left_out jsonb NOT NULL,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX personas_organization ON personas (organization_id);

-- One turn of an agent.
CREATE TABLE runs (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL REFERENCES conversations (id),
    agent_id uuid NOT NULL,
    requested_by_user_id uuid NOT NULL,
    purpose text NOT NULL,
    trigger_message_id uuid NOT NULL,
    answer_message_id uuid,
    status text NOT NULL,
    attempt integer NOT NULL,
    lease_owner uuid,
    lease_until timestamptz,
    fence bigint NOT NULL,
    cancel_requested boolean NOT NULL,
    model text,
    prompt_version integer NOT NULL,
    error_code text,
    error_message text,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cached_tokens bigint,
    cost_micros bigint NOT NULL,
    created_at timestamptz NOT NULL,
    queued_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz
);
CREATE UNIQUE INDEX runs_one_underway ON runs (conversation_id, agent_id)
    WHERE status IN ('running', 'awaiting_approval');
CREATE UNIQUE INDEX runs_live_trigger ON runs (trigger_message_id, agent_id)
    WHERE status IN ('queued', 'running', 'awaiting_approval');
CREATE INDEX runs_conversation ON runs (conversation_id, agent_id, status, created_at, id);
CREATE INDEX runs_status_lease ON runs (status, lease_until);
CREATE INDEX runs_lease_owner ON runs (lease_owner) WHERE lease_owner IS NOT NULL;

-- The truth from which later prompts are rebuilt, round by round.
CREATE TABLE run_steps (
    run_id uuid NOT NULL,
    attempt integer NOT NULL,
    n integer NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    tool_call_ids jsonb NOT NULL,
    state text NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cached_tokens bigint,
    cost_micros bigint NOT NULL,
    PRIMARY KEY (run_id, attempt, n)
);

CREATE TABLE tool_calls (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    message_id uuid NOT NULL,
    run_id uuid NOT NULL,
    step integer NOT NULL,
    server text NOT NULL,
    tool_name text NOT NULL,
    arguments jsonb NOT NULL,
    status text NOT NULL,
    result jsonb,
    truncated BOOLEAN NOT NULL,
    error text,
    start_time timestamptz NOT NULL,
    end_time timestamptz
);
CREATE INDEX tool_calls_message ON tool_calls (message_id, start_time, id);
CREATE INDEX tool_calls_run ON tool_calls (run_id);

-- A run's stream, kept while it lives and for a while after.
CREATE TABLE run_chunks (
    run_id uuid NOT NULL,
    attempt integer NOT NULL,
    n integer NOT NULL,
    chars_from integer NOT NULL,
    kind text NOT NULL,
    text text,
    subject_id uuid,
    PRIMARY KEY (run_id, attempt, n, chars_from)
);

-- Raised when the database was restored to an older state. One row.
CREATE TABLE event_epoch (
    id integer PRIMARY KEY CHECK (id = 1),
    epoch bigint NOT NULL,
    system_identifier text,
    -- The newest place of this epoch whose event was pruned.
    pruned_transaction_id xid8,
    pruned_position bigint
);
INSERT INTO event_epoch (id, epoch, system_identifier) VALUES (1, 1, NULL);

-- What happened, without any text. The order of `position` is not the order of commits: readers go by
-- (epoch, transaction_id, position) and read only what no transaction can come before any more.
CREATE TABLE events (
    epoch bigint NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    position bigint GENERATED ALWAYS AS IDENTITY,
    organization_id uuid NOT NULL,
    conversation_id uuid,
    audience text NOT NULL,
    audience_user_id uuid,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    subject_version bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (epoch, transaction_id, position)
);
CREATE INDEX events_at ON events (at);

CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    run_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    lease_owner uuid,
    lease_until timestamptz,
    fence bigint NOT NULL,
    last_error text,
    died_at timestamptz
);
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE died_at IS NULL;
CREATE INDEX jobs_dead ON jobs (died_at, id) WHERE died_at IS NOT NULL;
CREATE INDEX jobs_lease_owner ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE TABLE idempotency (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    subject_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, operation, key, organization_id)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE audit (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    -- Nobody: the operator.
    actor_user_id uuid,
    action text NOT NULL,
    subject_id uuid NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX audit_organization ON audit (organization_id, at, id);

-- What models have used: a row for each attempt of a run, kept when the run is gone, and for each other question.
CREATE TABLE usage (
    subject_id uuid NOT NULL,
    attempt integer NOT NULL,
    organization_id uuid NOT NULL,
    conversation_id uuid,
    user_id uuid,
    agent_id uuid,
    purpose text NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    cost_micros bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (subject_id, attempt)
);
-- With the tokens, so that a month's sum is read from the index alone.
CREATE INDEX usage_organization ON usage (organization_id, at, input_tokens, output_tokens);
CREATE INDEX usage_user ON usage (user_id, at);
CREATE INDEX usage_at ON usage (at);

-- What people have set of how they want to be seen.
CREATE TABLE user_status (
    user_id uuid PRIMARY KEY REFERENCES users (id),
    organization_id uuid NOT NULL,
    mode text NOT NULL,
    text text,
    emoji text,
    -- Until when mode, text and emoji hold.
    expires_at timestamptz,
    ai_replies boolean NOT NULL,
    -- Since when the mode is this one.
    since timestamptz NOT NULL,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX user_status_organization ON user_status (organization_id);
CREATE INDEX user_status_expires ON user_status (expires_at) WHERE expires_at IS NOT NULL;

-- Who is connected to which node, as long as the node says so again. No foreign keys: a node writes many at once, and one
-- user who is gone must not be in the way of the others.
CREATE TABLE connections (
    user_id uuid NOT NULL,
    node_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    active_at timestamptz NOT NULL,
    active_until timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- When others see a change if nothing more is heard; null when they were told the last one.
    due_at timestamptz,
    PRIMARY KEY (user_id, node_id)
);
CREATE INDEX connections_organization ON connections (organization_id);
CREATE INDEX connections_due ON connections (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX connections_expires ON connections (expires_at);

-- What is known of files; their bytes lie in the object store.
CREATE TABLE files (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    uploaded_by_user_id uuid NOT NULL REFERENCES users (id),
    name text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    status text NOT NULL,
    error_code text,
    error_message text,
    summary text,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX files_organization ON files (organization_id, size);
CREATE INDEX files_uploaded_by ON files (uploaded_by_user_id, id);

-- What is attached to a message: in a conversation, so that who may read it is asked without the message's row.
CREATE TABLE message_files (
    message_id uuid NOT NULL,
    n integer NOT NULL,
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    file_id uuid NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    PRIMARY KEY (message_id, n)
);
CREATE UNIQUE INDEX message_files_file ON message_files (file_id, message_id);
CREATE INDEX message_files_conversation ON message_files (conversation_id, file_id);

-- What people say of answers.
CREATE TABLE message_feedback (
    message_id uuid NOT NULL,
    user_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    rating text NOT NULL,
    comment text,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, user_id)
);
CREATE INDEX message_feedback_conversation ON message_feedback (conversation_id);
CREATE INDEX message_feedback_organization ON message_feedback (organization_id);

-- What is attached to a thread itself.
CREATE TABLE thread_files (
    conversation_id uuid NOT NULL,
    n integer NOT NULL,
    organization_id uuid NOT NULL,
    file_id uuid NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, n)
);
CREATE UNIQUE INDEX thread_files_file ON thread_files (file_id, conversation_id);

-- What a file says, in passages, and what each means: the values of a vector in four bytes each, the lowest first.
CREATE TABLE file_passages (
    file_id uuid NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    n integer NOT NULL,
    organization_id uuid NOT NULL,
    place_kind text NOT NULL,
    place_number integer,
    place_name text,
    text text NOT NULL,
    tokens integer NOT NULL,
    embedding_model text,
    embedding bytea,
    PRIMARY KEY (file_id, n),
    CHECK ((embedding_model IS NULL) = (embedding IS NULL))
);

-- The words of messages: no texts. `place` orders them by the time when they were sent; among the words are those that say
-- who may find them.
CREATE TABLE search_messages (
    place bigint PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    version bigint NOT NULL,
    words tsvector NOT NULL
);
CREATE UNIQUE INDEX search_messages_message ON search_messages (message_id);
CREATE INDEX search_messages_words ON search_messages USING gin (words);

-- The words of files: of each passage, and, as number -1, of the name and summary.
CREATE TABLE search_files (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    n integer NOT NULL,
    organization_id uuid NOT NULL,
    words tsvector NOT NULL
);
CREATE UNIQUE INDEX search_files_passage ON search_files (file_id, n);
CREATE INDEX search_files_words ON search_files USING gin (words);

-- How far those are who follow the event log, and which process follows for each of them.
CREATE TABLE log_cursors (
    follower text PRIMARY KEY,
    epoch bigint,
    transaction_id xid8,
    position bigint,
    -- When the last walk through everything ended.
    walked_at timestamptz,
    lease_owner uuid,
    lease_until timestamptz,
    fence bigint NOT NULL
);

-- What they still have to go through, whether it changed or not: of one organization, or, as that of zeros, of all.
CREATE TABLE log_walks (
    follower text NOT NULL,
    organization_id uuid NOT NULL,
    forced boolean NOT NULL,
    stage text NOT NULL,
    after text,
    PRIMARY KEY (follower, organization_id)
);
CREATE INDEX log_walks_organization ON log_walks (organization_id);

-- What was given to the index of vectors, wherever that is.
CREATE TABLE embedded_sources (
    kind text NOT NULL,
    source_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    conversation_id uuid,
    version bigint NOT NULL,
    chunks integer NOT NULL,
    model text NOT NULL,
    digest bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (kind, source_id)
);
CREATE INDEX embedded_sources_organization ON embedded_sources (organization_id, kind, source_id);
CREATE INDEX embedded_sources_conversation ON embedded_sources (conversation_id, source_id) WHERE conversation_id IS NOT NULL;

-- The embedded index of vectors: a row for each place of a vector, and one with zeros for one that is in none. The values
-- in four bytes each, the lowest first; none where the file's passage has the same.
CREATE TABLE embeddings (
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    source_id uuid NOT NULL,
    chunk integer NOT NULL,
    conversation_id uuid NOT NULL,
    author_user_id uuid,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    model text NOT NULL,
    vector bytea,
    -- The number of the change of its conversation that wrote it.
    changed bigint NOT NULL,
    PRIMARY KEY (organization_id, kind, source_id, chunk, conversation_id)
);
CREATE INDEX embeddings_conversation ON embeddings (organization_id, conversation_id, changed);

-- How often the vectors of a conversation changed, and how often some of them went: so that what is held in memory is known
-- to be all there is.
CREATE TABLE embedding_places (
    organization_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    changes bigint NOT NULL,
    removals bigint NOT NULL,
    PRIMARY KEY (organization_id, conversation_id)
);
