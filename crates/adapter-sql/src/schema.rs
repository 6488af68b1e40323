//! The tables as both databases have them. Tests compare this with what the migrations make.

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    organizations (id) {
        id -> SqlUuid,
        name -> Text,
        default_agent_id -> SqlUuid,
        retention_days -> Nullable<Integer>,
        ai_enabled -> Bool,
        ai_budget -> Nullable<BigInt>,
        ai_budget_per_user -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> SqlTime,
        updated_at -> SqlTime,
        deleted_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    users (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        kind -> Text,
        role -> Text,
        handle -> Text,
        email -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        display_name -> Text,
        search_text -> Text,
        bio -> Nullable<Text>,
        avatar_id -> Nullable<SqlUuid>,
        ai_budget -> Nullable<BigInt>,
        deactivated_at -> Nullable<SqlTime>,
        version -> BigInt,
        created_at -> SqlTime,
        updated_at -> SqlTime,
        deleted_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    sessions (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        user_id -> SqlUuid,
        generation -> BigInt,
        rotated_at -> SqlTime,
        expires_at -> SqlTime,
        revoked_at -> Nullable<SqlTime>,
        user_agent -> Nullable<Text>,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    invitations (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        invited_by_user_id -> SqlUuid,
        email -> Nullable<Text>,
        role -> Text,
        created_at -> SqlTime,
        expires_at -> SqlTime,
        used_at -> Nullable<SqlTime>,
        used_by_user_id -> Nullable<SqlUuid>,
        revoked_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    api_keys (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        user_id -> SqlUuid,
        of_organization -> Bool,
        created_by_user_id -> SqlUuid,
        name -> Text,
        scopes -> Text,
        secret_hash -> Binary,
        expires_at -> SqlTime,
        last_used_at -> Nullable<SqlTime>,
        revoked_at -> Nullable<SqlTime>,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    agents (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        kind -> Text,
        owner_user_id -> Nullable<SqlUuid>,
        handle -> Text,
        display_name -> Text,
        avatar_url -> Nullable<Text>,
        description -> Text,
        instructions -> Text,
        model -> Nullable<Text>,
        temperature -> Nullable<Double>,
        visibility -> Text,
        owner_visibility -> Text,
        knowledge -> Text,
        tool_policy -> Text,
        max_tool_rounds -> Integer,
        version -> BigInt,
        created_at -> SqlTime,
        updated_at -> SqlTime,
        deleted_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    conversations (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        kind -> Text,
        unique_key -> Nullable<Text>,
        version -> BigInt,
        created_at -> SqlTime,
        updated_at -> SqlTime,
        deleted_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    threads (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        agent_id -> SqlUuid,
        user_id -> SqlUuid,
        channel_id -> Nullable<SqlUuid>,
        title -> Nullable<Text>,
        title_source -> Text,
        metadata -> SqlJson,
        archived -> Bool,
        last_activity_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    members (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        user_id -> Nullable<SqlUuid>,
        agent_id -> Nullable<SqlUuid>,
        role -> Text,
        joined_at -> SqlTime,
        left_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    messages (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        author_kind -> Text,
        author_user_id -> Nullable<SqlUuid>,
        author_agent_id -> Nullable<SqlUuid>,
        on_behalf_of_user_id -> Nullable<SqlUuid>,
        role -> Text,
        from_ai -> Bool,
        content -> Text,
        content_html -> Text,
        metadata -> SqlJson,
        reply_to_id -> Nullable<SqlUuid>,
        branch_parent_id -> Nullable<SqlUuid>,
        active -> Bool,
        run_id -> Nullable<SqlUuid>,
        status -> Text,
        client_id -> Nullable<SqlUuid>,
        version -> BigInt,
        created_at -> SqlTime,
        edited_at -> Nullable<SqlTime>,
        deleted_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    runs (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        agent_id -> SqlUuid,
        requested_by_user_id -> SqlUuid,
        purpose -> Text,
        trigger_message_id -> SqlUuid,
        answer_message_id -> Nullable<SqlUuid>,
        status -> Text,
        attempt -> Integer,
        lease_owner -> Nullable<SqlUuid>,
        lease_until -> Nullable<SqlTime>,
        fence -> BigInt,
        cancel_requested -> Bool,
        model -> Nullable<Text>,
        prompt_version -> Integer,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        input_tokens -> BigInt,
        output_tokens -> BigInt,
        cached_tokens -> Nullable<BigInt>,
        cost_micros -> BigInt,
        created_at -> SqlTime,
        queued_at -> SqlTime,
        started_at -> Nullable<SqlTime>,
        ended_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    run_steps (run_id, attempt, n) {
        run_id -> SqlUuid,
        attempt -> Integer,
        n -> Integer,
        kind -> Text,
        text -> Text,
        tool_call_ids -> SqlJson,
        state -> Text,
        input_tokens -> BigInt,
        output_tokens -> BigInt,
        cached_tokens -> Nullable<BigInt>,
        cost_micros -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    tool_calls (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        message_id -> SqlUuid,
        run_id -> SqlUuid,
        step -> Integer,
        server -> Text,
        tool_name -> Text,
        arguments -> SqlJson,
        status -> Text,
        result -> Nullable<SqlJson>,
        truncated -> Bool,
        error -> Nullable<Text>,
        start_time -> SqlTime,
        end_time -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    run_chunks (run_id, attempt, n, chars_from) {
        run_id -> SqlUuid,
        attempt -> Integer,
        n -> Integer,
        chars_from -> Integer,
        kind -> Text,
        text -> Nullable<Text>,
        subject_id -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    event_epoch (id) {
        id -> Integer,
        epoch -> BigInt,
        system_identifier -> Nullable<Text>,
        pruned_transaction_id -> Nullable<SqlTransactionId>,
        pruned_position -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    events (epoch, transaction_id, position) {
        epoch -> BigInt,
        transaction_id -> SqlTransactionId,
        position -> BigInt,
        organization_id -> SqlUuid,
        conversation_id -> Nullable<SqlUuid>,
        audience -> Text,
        audience_user_id -> Nullable<SqlUuid>,
        kind -> Text,
        subject_id -> SqlUuid,
        subject_version -> BigInt,
        at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    jobs (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        kind -> Text,
        payload -> SqlJson,
        run_at -> SqlTime,
        attempts -> Integer,
        lease_owner -> Nullable<SqlUuid>,
        lease_until -> Nullable<SqlTime>,
        fence -> BigInt,
        last_error -> Nullable<Text>,
        died_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    idempotency (user_id, operation, key, organization_id) {
        organization_id -> SqlUuid,
        user_id -> SqlUuid,
        operation -> Text,
        key -> Text,
        fingerprint -> Binary,
        subject_id -> SqlUuid,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    audit (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        actor_user_id -> Nullable<SqlUuid>,
        action -> Text,
        subject_id -> SqlUuid,
        at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    mcp_servers (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        name -> Text,
        transport -> Text,
        url -> Nullable<Text>,
        header_names -> Nullable<SqlJson>,
        sealed_headers -> Nullable<Binary>,
        command -> Nullable<Text>,
        args -> Nullable<SqlJson>,
        timeout_s -> Integer,
        enabled -> Bool,
        read_only_tools -> SqlJson,
        version -> BigInt,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    mcp_tools (mcp_server_id, name) {
        mcp_server_id -> SqlUuid,
        organization_id -> SqlUuid,
        name -> Text,
        fingerprint -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    agent_tools (agent_id, mcp_server_id) {
        agent_id -> SqlUuid,
        mcp_server_id -> SqlUuid,
        organization_id -> SqlUuid,
        tool_names -> Nullable<SqlJson>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    files (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        uploaded_by_user_id -> SqlUuid,
        name -> Text,
        content_type -> Text,
        size -> BigInt,
        sha256 -> Binary,
        status -> Text,
        error_code -> Nullable<Text>,
        error_message -> Nullable<Text>,
        summary -> Nullable<Text>,
        version -> BigInt,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    message_files (message_id, n) {
        message_id -> SqlUuid,
        n -> Integer,
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        file_id -> SqlUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    thread_files (conversation_id, n) {
        conversation_id -> SqlUuid,
        n -> Integer,
        organization_id -> SqlUuid,
        file_id -> SqlUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    usage (subject_id, attempt) {
        subject_id -> SqlUuid,
        attempt -> Integer,
        organization_id -> SqlUuid,
        conversation_id -> Nullable<SqlUuid>,
        user_id -> Nullable<SqlUuid>,
        agent_id -> Nullable<SqlUuid>,
        purpose -> Text,
        input_tokens -> BigInt,
        output_tokens -> BigInt,
        cached_tokens -> BigInt,
        cost_micros -> BigInt,
        at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    file_passages (file_id, n) {
        file_id -> SqlUuid,
        n -> Integer,
        organization_id -> SqlUuid,
        place_kind -> Text,
        place_number -> Nullable<Integer>,
        place_name -> Nullable<Text>,
        text -> Text,
        tokens -> Integer,
        embedding_model -> Nullable<Text>,
        embedding -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    message_feedback (message_id, user_id) {
        message_id -> SqlUuid,
        user_id -> SqlUuid,
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        rating -> Text,
        comment -> Nullable<Text>,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    channels (id) {
        id -> SqlUuid,
        organization_id -> SqlUuid,
        name -> Nullable<Text>,
        topic -> Text,
        agent_id -> Nullable<SqlUuid>,
        agent_personality -> Nullable<Text>,
        created_by_user_id -> SqlUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    read_markers (conversation_id, user_id) {
        conversation_id -> SqlUuid,
        user_id -> SqlUuid,
        organization_id -> SqlUuid,
        message_id -> SqlUuid,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    notification_levels (conversation_id, user_id) {
        conversation_id -> SqlUuid,
        user_id -> SqlUuid,
        organization_id -> SqlUuid,
        level -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    message_edits (message_id, version) {
        message_id -> SqlUuid,
        version -> BigInt,
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        content -> Text,
        edited_by_user_id -> SqlUuid,
        edited_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    mentions (message_id, n) {
        message_id -> SqlUuid,
        n -> Integer,
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        kind -> Text,
        user_id -> Nullable<SqlUuid>,
        agent_id -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    reactions (message_id, emoji, user_id) {
        message_id -> SqlUuid,
        emoji -> Text,
        user_id -> SqlUuid,
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    pins (conversation_id, message_id) {
        conversation_id -> SqlUuid,
        message_id -> SqlUuid,
        organization_id -> SqlUuid,
        pinned_by_user_id -> SqlUuid,
        pinned_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    log_cursors (follower) {
        follower -> Text,
        epoch -> Nullable<BigInt>,
        transaction_id -> Nullable<SqlTransactionId>,
        position -> Nullable<BigInt>,
        walked_at -> Nullable<SqlTime>,
        lease_owner -> Nullable<SqlUuid>,
        lease_until -> Nullable<SqlTime>,
        fence -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    log_walks (follower, organization_id) {
        follower -> Text,
        organization_id -> SqlUuid,
        forced -> Bool,
        stage -> Text,
        after -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    embedded_sources (kind, source_id) {
        kind -> Text,
        source_id -> SqlUuid,
        organization_id -> SqlUuid,
        conversation_id -> Nullable<SqlUuid>,
        version -> BigInt,
        chunks -> Integer,
        model -> Text,
        digest -> BigInt,
        at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    embeddings (organization_id, kind, source_id, chunk, conversation_id) {
        organization_id -> SqlUuid,
        kind -> Text,
        source_id -> SqlUuid,
        chunk -> Integer,
        conversation_id -> SqlUuid,
        author_user_id -> Nullable<SqlUuid>,
        version -> BigInt,
        created_at -> SqlTime,
        model -> Text,
        vector -> Nullable<Binary>,
        changed -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    embedding_places (organization_id, conversation_id) {
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        changes -> BigInt,
        removals -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    user_status (user_id) {
        user_id -> SqlUuid,
        organization_id -> SqlUuid,
        mode -> Text,
        text -> Nullable<Text>,
        emoji -> Nullable<Text>,
        expires_at -> Nullable<SqlTime>,
        ai_replies -> Bool,
        since -> SqlTime,
        version -> BigInt,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    connections (user_id, node_id) {
        user_id -> SqlUuid,
        node_id -> SqlUuid,
        organization_id -> SqlUuid,
        active_at -> SqlTime,
        active_until -> SqlTime,
        expires_at -> SqlTime,
        due_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    personas (user_id) {
        user_id -> SqlUuid,
        organization_id -> SqlUuid,
        enabled -> Bool,
        instructions -> Text,
        max_messages -> Integer,
        max_days -> Integer,
        cooldown_s -> Integer,
        mention_cooldown_s -> Integer,
        answers_a_day -> Integer,
        left_out -> SqlJson,
        version -> BigInt,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    message_sources (message_id, n) {
        message_id -> SqlUuid,
        n -> Integer,
        organization_id -> SqlUuid,
        conversation_id -> SqlUuid,
        kind -> Text,
        source_id -> SqlUuid,
        source_version -> BigInt,
        cited -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    search_messages (place) {
        place -> BigInt,
        message_id -> SqlUuid,
        organization_id -> SqlUuid,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    search_files (place) {
        place -> BigInt,
        file_id -> SqlUuid,
        n -> Integer,
        organization_id -> SqlUuid,
    }
}

diesel::joinable!(message_files -> files (file_id));
diesel::joinable!(message_files -> messages (message_id));
diesel::joinable!(message_files -> conversations (conversation_id));
diesel::joinable!(thread_files -> files (file_id));
diesel::joinable!(thread_files -> conversations (conversation_id));
diesel::joinable!(threads -> conversations (id));
diesel::joinable!(channels -> conversations (id));
diesel::joinable!(messages -> conversations (conversation_id));
diesel::joinable!(runs -> conversations (conversation_id));
diesel::joinable!(members -> conversations (conversation_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(invitations -> organizations (organization_id));
diesel::joinable!(api_keys -> users (user_id));
diesel::joinable!(run_chunks -> runs (run_id));
diesel::joinable!(agent_tools -> mcp_servers (mcp_server_id));

diesel::allow_tables_to_appear_in_same_query!(
    organizations,
    users,
    sessions,
    api_keys,
    invitations,
    agents,
    mcp_servers,
    mcp_tools,
    agent_tools,
    conversations,
    threads,
    members,
    channels,
    read_markers,
    notification_levels,
    message_edits,
    mentions,
    reactions,
    pins,
    message_sources,
    personas,
    messages,
    runs,
    run_steps,
    tool_calls,
    run_chunks,
    event_epoch,
    events,
    jobs,
    idempotency,
    audit,
    usage,
    files,
    message_files,
    message_feedback,
    thread_files,
    file_passages,
    search_messages,
    search_files,
    user_status,
    connections,
    embedded_sources,
    embeddings,
);
