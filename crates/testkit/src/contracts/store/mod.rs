//! What [`Store`](stead_domain::ports::Store) promises, from the words of the port alone.
//!
//! A test is a function over the port, its name the fact; a file holds the facts of one topic. The store is fresh for
//! each. What happens with time (a lease that lapses) is brought about by `release_leases`: nothing here waits.

mod channel_room;
mod expectations;
mod gate_scenes;
mod paging_model;
mod scenes;

pub mod account_deletion;
pub mod accounts;
pub mod agents;
pub mod api_keys;
pub mod approvals;
pub mod beside_messages;
pub mod branches;
pub mod channel_messages;
pub mod channels;
pub mod commits;
pub mod concurrency;
pub mod deletion;
pub mod directory;
pub mod events;
pub mod exchange;
pub mod feedback;
pub mod files;
pub mod guards;
pub mod idempotency;
pub mod inbox;
pub mod indexing;
pub mod invitations;
pub mod jobs;
pub mod leases;
pub mod log_cursors;
pub mod mcp_servers;
pub mod messages;
pub mod operations;
pub mod passages;
pub mod presence;
pub mod prune;
pub mod read_gate;
pub mod realtime;
pub mod retention;
pub mod room_answers;
pub mod run_chunks;
pub mod runs;
pub mod search;
pub mod sessions;
pub mod text;
pub mod thread_lists;
pub mod threads;
pub mod tool_calls;
pub mod unused_files;
pub mod usage;
pub mod wakeups;

/// Makes a test of each promise of [`Store`](stead_domain::ports::Store); `make` is the path of an
/// `async fn() -> (Arc<dyn Store>, T)`, which makes a fresh store. The `T` is kept until the test is over and dropped
/// then: whatever the store stands on.
#[macro_export]
macro_rules! store_contract_tests {
    ($make:path) => {
        $crate::store_contract_tests! { @each $make;
            accounts {
                an_organization_is_read_as_written
                an_unknown_organization_is_none
                an_organization_update_writes_all_but_identity
                every_kind_of_user_is_read_as_written
                a_user_is_found_in_their_organization_alone
                pictures_are_in_use_while_their_users_are_there
                a_user_update_writes_all_but_identity
                an_update_of_an_unknown_account_changes_nothing
                credentials_are_found_by_address
                nobody_signs_in_with_an_unknown_address
                who_is_deactivated_is_found_as_such
                nobody_signs_in_without_a_password
                a_password_is_replaced_and_the_user_stays
                an_update_keeps_the_password
                an_address_is_taken_on_the_whole_server
                a_users_handle_is_taken_on_the_whole_server
                a_deactivated_user_still_has_their_address_and_handle
                a_freed_address_and_handle_can_be_taken
                many_users_have_no_address
            }
            sessions {
                a_session_is_read_as_written_with_its_user
                an_unknown_session_is_none
                a_sessions_user_is_as_they_are_now
                a_session_rotates_to_the_next_generation
                a_session_rotates_from_its_newest_generation_alone
                a_revoked_session_does_not_rotate
                a_session_is_revoked_once
                a_change_of_an_unknown_session_changes_nothing
                one_of_many_concurrent_rotations_happens
            }
            api_keys {
                a_key_is_read_as_written_with_its_user
                an_unknown_api_key_is_none
                a_keys_user_is_as_they_are_now
                a_keys_id_is_taken_once
                a_service_is_made_with_its_key
                a_key_is_revoked_once
                the_use_of_a_key_is_noted_now_and_then
                a_change_of_an_unknown_key_changes_nothing
                a_viewer_sees_the_keys_that_are_visible_to_them
                keys_are_listed_in_pages
                api_keys_that_ended_earlier_are_removed
            }
            approvals {
                a_run_that_waits_is_held_by_nobody_until_it_goes_on
                what_waited_too_long_by_the_databases_clock_is_listed
                a_call_waits_is_allowed_starts_and_ends
                a_decision_is_guarded_by_how_many_wait
                pieces_are_kept_with_a_commit_once
                what_rounds_used_is_added_up
                the_steps_of_runs_are_listed_the_newest_of_a_number
            }
            directory {
                users_of_the_organization_are_listed
                deactivated_users_are_listed_where_they_are_asked_for
                users_are_searched_by_handle_and_name_in_any_case
                a_search_looks_at_names_as_they_are_now
                users_are_listed_in_pages
                a_profile_is_found_on_the_whole_server
                a_profile_tells_of_an_agent_that_members_may_talk_to
                who_is_no_person_or_deactivated_has_no_profile
                live_sessions_of_a_user_are_listed
                sessions_are_listed_in_pages
                all_sessions_of_a_user_are_ended
            }
            invitations {
                an_invitation_is_read_as_written
                an_invitation_is_taken_or_withdrawn_once
                an_invitation_guard_holds_while_it_is_open
                one_of_many_takes_an_invitation
                open_invitations_of_the_organization_are_listed
                invitations_are_listed_in_pages
                an_organization_guard_holds_until_it_is_deleted
                a_user_guard_holds_for_active_users_of_that_role_or_more
                another_owner_is_an_active_person
                a_sole_member_is_alone_among_active_people
                two_owners_who_leave_at_once_leave_one
            }
            mcp_servers {
                every_kind_of_tool_server_is_read_as_written
                a_tool_server_update_writes_all_but_identity
                a_tool_servers_name_is_taken_in_its_organization_alone
                tool_servers_are_listed_in_pages
                a_definition_is_remembered_as_it_was_first
                definitions_are_accepted_in_place_of_all_others
                an_agent_is_granted_tools_in_place_of_all_others
                a_removed_tool_server_leaves_nothing
                an_agent_that_is_deleted_is_granted_nothing
                tool_servers_are_purged_with_their_organization
                a_tool_server_guard_holds_until_it_is_removed
            }
            account_deletion {
                a_deleted_user_is_not_found_any_more
                a_deleted_users_address_and_handle_are_free
                a_deleted_users_agents_are_deleted_and_blank
                a_user_who_is_not_deleted_is_not_purged
                a_purged_users_threads_are_gone_with_all_that_hangs_on_them
                a_purged_users_messages_elsewhere_keep_their_place_without_text
                what_was_said_in_a_purged_users_stead_keeps_its_place_without_text
                a_deleted_organization_is_gone_with_its_users
                a_purged_organization_leaves_nothing
                a_deleted_user_is_remembered_for_what_refers_to_them
            }
            agents {
                every_kind_of_agent_is_read_as_written
                an_agent_is_found_in_its_organization_alone
                an_agent_update_writes_all_but_identity
                an_update_of_an_unknown_agent_changes_nothing
                a_deleted_agent_is_still_found
                an_agents_handle_is_taken_in_its_organization_alone
                an_agents_new_handle_may_be_taken
                an_agent_may_have_the_handle_of_a_user
                a_deleted_agents_handle_is_free
                a_viewer_sees_the_agents_that_are_visible_to_them
                agents_are_listed_in_pages
                an_unknown_organization_has_no_agents
            }
            threads {
                every_kind_of_thread_is_read_as_written
                a_thread_about_a_channel_names_it
                a_new_thread_has_its_user_as_a_member
                a_thread_is_found_in_its_organization_alone
                a_threads_id_is_taken_once
                a_thread_update_writes_what_its_person_may_change
                a_change_of_an_unknown_thread_changes_nothing
                a_touch_notes_activity_and_nothing_else
                an_earlier_touch_changes_nothing
            }
            thread_lists {
                threads_are_listed_by_newest_activity
                of_threads_with_the_same_activity_the_larger_id_is_first
                listed_threads_are_whole
                archived_threads_are_listed_as_asked
                threads_are_listed_by_limit_and_offset
                an_offset_counts_threads_of_the_filter_alone
                threads_are_listed_by_owner
                threads_are_listed_by_agent
                another_organization_lists_none_of_the_threads
                threads_have_their_latest_messages
                threads_have_at_most_a_hundred_messages
                messages_off_the_active_branch_are_not_among_the_latest
                listed_messages_are_whole_and_have_their_tool_calls
            }
            deletion {
                a_deleted_thread_is_hidden_everywhere
                a_deleted_threads_messages_are_not_listed
                a_deleted_thread_has_no_newest_message_and_none_to_count
                a_deleted_thread_holds_no_guard
                a_deleted_threads_live_runs_are_cancelled
                a_deleted_threads_waiting_answers_are_over
                a_deleted_threads_ended_runs_stay_as_they_ended
                deleting_a_thread_touches_no_other
                a_thread_that_is_not_deleted_is_not_purged
                a_purge_removes_at_most_what_it_may
                a_purge_removes_the_conversation_last
                a_purge_removes_everything_that_hangs_on_the_thread
                a_purge_of_a_purged_thread_changes_nothing
            }
            messages {
                every_kind_of_message_is_read_as_written
                the_ids_of_what_was_said_last_are_newest_first
                a_message_is_found_in_its_organization_alone
                another_organization_lists_none_of_the_messages
                messages_are_listed_in_pages
                an_empty_conversation_has_empty_pages
                paging_back_misses_nothing_while_messages_come
                paging_on_sees_every_message_once_while_messages_come
                messages_off_the_active_branch_are_found_but_not_listed
                the_newest_message_has_the_largest_id
                an_unknown_conversation_has_no_messages
                a_messages_id_is_taken_once
                a_senders_own_id_is_taken_everywhere_but_for_that_sender_alone
                an_answer_that_waits_or_is_written_can_be_finished
                an_answer_that_is_over_cannot_be_finished
                a_failed_answer_is_emptied_and_queued_again
                an_answer_that_has_not_failed_is_not_queued_again
            }
            branches {
                a_branch_is_made_the_active_one
                what_is_active_already_or_elsewhere_changes_nothing
                a_branch_of_many_messages_is_made_the_active_one
                messages_of_all_branches_are_listed
                a_branch_is_read_newest_first_in_pages
                a_branch_is_read_in_its_conversation_alone
                a_message_guard_holds_in_its_conversation
            }
            channels {
                a_channel_of_every_kind_is_read_as_written
                a_channel_is_found_in_its_organization_alone
                a_channels_name_is_taken_in_its_organization_in_any_case
                a_channel_update_writes_what_may_change
                channels_without_a_name_are_called_as_who_is_in_them
                public_channels_and_ones_own_are_listed_in_pages
                who_left_is_no_member_and_may_come_back
                members_are_listed_in_pages_while_they_are_let_in
                a_role_is_given_and_guarded
                who_has_been_there_longest_succeeds_a_deleted_admin
                channels_of_two_people_are_known
                a_read_marker_goes_forward_only
                what_is_new_is_counted_from_where_one_has_read
                of_many_starts_of_a_direct_channel_one_is_made
                people_without_their_own_channel_are_listed
                a_purged_channel_leaves_nothing
            }
            inbox {
                an_inbox_has_direct_channels_and_its_own_threads
                what_is_new_in_an_inbox_is_what_is_whole_and_unread
                a_beginning_is_enough_of_a_long_message
                an_inbox_is_listed_in_pages
                an_inbox_is_searched_by_who_is_in_it
                a_person_and_an_agent_have_one_thread_in_the_inbox
                an_owner_sees_the_threads_that_others_have_with_their_agents
                the_other_of_a_direct_channel_stays_when_they_are_deleted
            }
            beside_messages {
                mentions_come_with_their_message_in_order
                an_edit_replaces_the_text_and_keeps_what_was
                a_messages_version_is_guarded
                a_deleted_message_keeps_its_place_and_nothing_else
                reactions_are_told_by_emoji
                of_many_who_reacted_the_first_are_shown_and_all_are_listed
                pins_are_listed_in_their_order
                there_is_room_for_so_many_pins
                a_purged_users_messages_have_nothing_beside_them_any_more
            }
            channel_messages {
                a_sender_is_known_with_their_channel
                nobody_sends_to_what_is_no_channel_of_theirs
                handles_mean_members_and_agents_of_the_channel
                a_channel_message_is_read_with_who_wrote_it
                of_a_deleted_author_the_id_is_left
                a_channel_message_is_found_where_it_is_alone
                channel_messages_are_known_by_their_ids
                channel_messages_are_listed_in_pages
                replies_are_counted_unless_they_are_deleted
                what_was_sent_under_an_id_of_ones_own_is_found
                many_replies_at_once_are_all_there
                threads_do_not_show_what_is_said_in_channels
            }
            room_answers {
                sources_are_kept_with_their_message
                what_was_said_around_a_message_is_found
                how_somebody_wants_to_be_stood_in_for_is_read_as_written
                what_was_said_in_somebodys_stead_is_counted_and_listed
                what_somebody_wrote_themselves_is_found
                a_run_gets_its_answer_at_its_end
            }
            exchange {
                messages_that_exist_are_known_by_their_ids
                a_person_is_found_by_address_whether_they_sign_in_or_not
                every_channel_and_thread_is_handed_out_but_what_is_deleted
                members_are_handed_out_the_deactivated_too
                messages_are_handed_out_with_all_that_hangs_on_them
            }
            feedback {
                feedback_comes_with_its_message
                what_is_said_last_of_a_message_counts
                feedback_is_the_threads_persons_own
                feedback_is_purged_with_its_message
            }
            tool_calls {
                every_kind_of_tool_call_is_read_as_written
                tool_calls_come_in_the_order_they_were_asked_for
                a_tool_call_ends_once
                the_end_of_an_unknown_tool_call_changes_nothing
                a_tool_calls_id_is_taken_once
            }
            files {
                every_kind_of_file_is_read_as_written
                a_file_is_found_in_its_organization_alone
                a_files_id_is_taken_once
                what_is_understood_of_a_file_is_noted
                a_messages_files_come_with_it_in_their_order
                a_threads_files_come_in_their_order
                a_file_is_read_by_its_uploader_and_where_it_lies
                overseers_read_what_lies_in_threads_that_they_may_read
                a_storage_room_guard_counts_what_is_there
                many_uploads_never_take_more_than_the_room
                files_are_listed_in_pages
                a_deleted_file_is_gone_from_where_it_was_attached
            }
            passages {
                every_kind_of_passage_is_read_as_written
                passages_of_a_number_are_replaced
                passages_are_cut_off
                passages_go_with_their_file
                passages_of_an_unknown_file_are_not_written
                answers_use_what_lies_on_their_branch
            }
            read_gate {
                the_gate_gives_a_message_as_it_is_now
                the_gate_gives_what_every_reader_may_read
                the_gate_gives_only_what_lies_where_it_is_asked_for
                the_gate_gives_the_version_that_was_found
                the_gate_does_not_give_what_is_gone
                the_gate_does_not_give_what_is_not_kept
                the_gate_does_not_give_what_is_being_written
                the_gate_keeps_organizations_apart
                the_gate_gives_nothing_to_who_may_not_sign_in
                a_thread_about_a_channel_is_read_by_its_members
                a_file_is_read_where_it_lies
                the_gate_takes_many_candidates
            }
            search {
                messages_are_found_by_their_words
                a_search_finds_what_its_user_may_read
                a_search_is_narrowed
                a_search_goes_on_where_it_ended
                messages_of_one_millisecond_are_all_found
                what_changed_is_not_found_by_what_it_said
                what_may_not_be_read_is_not_found
                a_purge_takes_words_along
                the_index_is_gone_through_and_made_anew
                the_best_messages_come_first
                files_are_found_by_what_they_say
                a_search_finds_files_that_its_user_may_read
                what_is_wanted_is_found_behind_much_that_fits_better
                who_is_in_very_many_channels_finds_what_is_in_them
            }
            unused_files {
                a_deleted_thread_leaves_the_files_that_lie_nowhere_else
                a_file_that_is_attached_again_is_not_removed
                a_deleted_user_leaves_what_nobody_else_uses
                a_deleted_organization_leaves_all_its_files
                a_purge_leaves_no_attachments
            }
            runs {
                a_queued_run_is_read_as_written
                a_run_is_found_in_its_organization_alone
                a_runs_id_is_taken_once
                a_message_has_one_live_run_of_an_agent
                starting_a_run_starts_its_answer
                the_oldest_queued_run_is_started
                nothing_is_started_while_a_run_is_running
                nothing_is_started_in_an_empty_queue
                queues_are_by_conversation_and_agent
                a_run_is_queued_and_started_in_one_commit
                the_commit_that_ends_a_run_starts_the_next
                a_run_ends_as_it_is_told
                an_ended_run_has_no_lease
                a_queued_run_can_be_cancelled
                a_change_of_an_unknown_run_changes_nothing
                a_failed_run_is_queued_again_without_its_error
                a_run_that_has_not_failed_is_not_queued_again
                a_running_run_is_begun_anew_under_the_same_lease
                a_run_that_is_not_running_is_not_begun_anew
                usage_is_added_up_over_attempts
                a_running_run_can_be_asked_to_stop
                a_run_that_is_not_running_cannot_be_asked_to_stop
                every_kind_of_step_is_kept_and_replaced
            }
            run_chunks {
                every_kind_of_chunk_is_read_as_written
                chunks_are_listed_by_number_then_place
                chunks_are_listed_from_the_one_that_holds_a_character
                chunks_that_are_there_are_left_as_they_are
                chunks_are_kept_by_run_and_attempt
                no_chunks_are_kept_too
                an_append_tells_that_the_run_is_to_stop
                nothing_is_kept_under_somebody_elses_lease
                nothing_is_kept_after_the_run_was_taken
                nothing_is_kept_of_a_run_that_is_not_under_way
                at_most_ten_thousand_chunks_are_listed
            }
            leases {
                a_queued_run_is_claimed_and_started
                a_run_whose_lease_holds_is_not_claimed
                a_run_whose_lease_has_lapsed_is_claimed
                a_worker_claims_its_own_lapsed_run_under_a_new_fence
                a_lapsed_lease_guards_until_somebody_takes_it
                a_lapsed_lease_that_nobody_took_is_renewed
                only_what_is_named_is_renewed
                only_the_oldest_of_a_queue_is_claimed
                behind_a_lapsed_run_the_queue_waits
                no_more_runs_are_claimed_than_asked_for
                sixteen_claimers_share_the_runs
                renewing_answers_the_runs_that_are_still_held
                a_run_that_was_taken_is_not_renewed
                releasing_lets_go_of_ones_own_runs_alone
                there_is_nothing_to_claim_in_an_idle_store
            }
            guards {
                a_member_guard_holds_for_members_alone
                a_thread_guard_holds_in_its_organization_alone
                an_agent_guard_holds_until_the_agent_is_deleted
                a_newest_guard_holds_for_the_newest_active_message
                a_queue_room_guard_counts_the_agents_queued_runs
                a_version_guard_holds_for_the_version_that_is_there
                a_version_guard_of_an_unknown_subject_does_not_hold
                a_run_lease_guard_holds_for_owner_and_fence
                a_run_status_guard_holds_for_that_status
                the_first_guard_that_does_not_hold_is_named
                a_refused_commit_leaves_nothing
                guards_are_checked_before_changes
            }
            idempotency {
                a_record_is_read_as_written
                an_unknown_key_is_none
                a_repeated_key_is_replayed
                a_replay_does_nothing
                a_key_is_looked_at_before_guards_and_changes
                a_commit_that_conflicts_leaves_its_key_free
                the_same_key_elsewhere_is_another_key
                one_of_fifty_concurrent_commits_with_one_key_is_done
            }
            events {
                every_kind_of_event_is_read_as_written
                the_log_begins_empty
                events_are_in_the_order_of_their_commits
                the_log_holds_the_events_of_all_organizations
                events_are_listed_once_across_cursors
                a_cursor_is_the_place_after_its_event
                a_cursor_finds_what_came_later
                a_commit_that_conflicts_tells_nothing
                a_reader_misses_nothing_of_many_writers
                the_end_of_the_log_moves_on_and_misses_nothing
                a_place_that_the_log_never_gave_is_void
            }
            realtime {
                messages_of_threads_come_with_what_their_person_says
                messages_that_are_deleted_with_their_thread_or_not_kept_are_left_out
                threads_come_with_what_their_agents_owner_may_read
                runs_are_found_while_they_are_under_way_or_kept
                files_of_all_organizations_are_found
                who_is_a_member_of_what_is_told_for_rooms_and_threads
                credentials_are_good_until_they_end_or_their_user_goes
                rooms_are_listed_until_somebody_leaves_or_as_they_were_when_they_went
            }
            wakeups {
                whoever_waits_is_woken_when_a_commit_with_events_is_answered
                many_commits_may_be_one_wakeup
            }
            log_cursors {
                one_process_at_a_time_follows_the_log
                a_place_is_kept_by_the_one_who_follows
                who_follows_afresh_walks_through_everything
                a_walk_that_begins_anew_is_not_ended_by_the_one_before
                a_walk_goes_through_messages_and_files
            }
            indexing {
                messages_are_given_with_who_and_where
                what_is_deleted_is_not_given
                what_was_said_before_is_given_oldest_first
                what_was_embedded_is_noted_and_forgotten
            }
            jobs {
                every_kind_of_job_is_claimed_as_enqueued
                a_job_that_is_not_due_is_not_claimed
                a_job_that_is_due_by_a_clock_that_goes_ahead_is_claimed_at_once
                the_job_that_is_due_longest_is_claimed_first
                a_claimed_job_is_not_claimed_again
                a_lapsed_job_that_nobody_took_is_renewed_where_it_is_named
                a_job_whose_lease_has_lapsed_is_claimed_under_a_new_fence
                a_job_lease_guard_holds_for_owner_and_fence
                a_finished_job_is_gone
                a_failed_job_is_tried_again_when_it_is_due
                a_buried_job_waits_for_an_admin
                at_most_a_hundred_dead_jobs_are_listed
                a_change_of_an_unknown_job_changes_nothing
                a_commit_that_conflicts_enqueues_nothing
                sixteen_claimers_share_the_jobs
                a_worker_releases_all_its_jobs
            }
            operations {
                a_dead_job_that_is_retried_has_all_its_tries_before_it
                all_dead_jobs_are_retried_at_once
                jobs_are_counted_by_what_becomes_of_them
                the_newest_event_moves_on_with_the_log
            }
            retention {
                older_messages_are_found_by_no_read
                a_thread_without_activity_for_so_long_is_found_by_no_read
                an_older_run_is_found_until_it_has_ended
                outdated_conversations_are_listed_page_by_page
                what_is_from_before_is_purged_with_what_hangs_on_it
            }
            usage {
                what_an_organizations_runs_used_is_summed_since_a_time
                what_a_user_used_is_summed_apart
                what_a_question_used_is_entered_once
                usage_is_told_apart_by_who_and_what_for
                usage_is_of_its_time_and_most_comes_first
                budgets_are_kept
                what_was_used_is_known_when_the_thread_is_gone
                what_was_used_goes_with_the_organization
                what_was_used_earlier_is_removed
            }
            presence {
                a_connection_counts_as_its_node_last_said
                connections_to_several_nodes_count_together
                who_becomes_online_by_a_touch_is_answered
                a_thousand_users_are_touched_at_once
                what_lapses_is_told_once
                what_lapsed_is_told_though_the_node_says_more
                one_of_many_is_told_of_each_lapse
                a_status_is_read_as_written
                one_writer_of_a_statuss_version_wins
                a_status_that_expires_is_cleared_and_told_once
                of_the_invisible_nothing_is_told
                the_last_connection_of_each_user_is_kept
                presence_goes_with_the_user
            }
            prune {
                events_older_than_asked_are_removed
                a_cursor_lives_longer_than_its_event
                a_place_before_what_was_pruned_is_void
                keys_older_than_asked_are_removed
                chunks_of_runs_that_ended_earlier_are_removed
                sessions_that_ended_earlier_are_removed
                invitations_that_ended_earlier_are_removed
                pruning_removes_five_hundred_at_a_time
                there_is_nothing_to_prune_in_a_fresh_store
                each_kind_is_pruned_by_its_own_bound
            }
            commits {
                a_commit_of_nothing_is_done
                outcomes_are_in_the_order_of_changes
                changes_are_applied_in_their_order
                a_commit_that_conflicts_leaves_nothing
                a_conflict_does_not_poison_the_store
                a_conflict_within_one_commit_is_a_conflict
                every_id_is_taken_once
                a_jobs_id_is_taken_once
                a_commit_of_a_thousand_changes_lands
                a_write_is_seen_by_every_later_read
                a_refusal_and_a_conflict_are_not_worth_repeating
                the_databases_clock_goes_on
            }
            concurrency {
                commits_of_many_writers_are_all_there
                one_writer_of_a_version_wins
                commits_that_guard_a_thread_see_each_other
                a_queue_never_grows_beyond_its_room
                nobody_is_stood_in_for_more_often_than_there_is_room
                one_of_many_concurrent_starts_happens
                starts_and_claims_never_run_two_at_once
                a_failing_commit_harms_no_other
                one_of_many_concurrent_inserts_of_an_id_lands
                a_dropped_commit_is_never_half_done
                a_dropped_commit_locks_nobody_out
                nothing_is_added_to_a_thread_that_is_being_deleted
            }
            text {
                texts_of_accounts_are_kept_as_written
                texts_of_agents_and_threads_are_kept_as_written
                texts_of_turns_are_kept_as_written
                the_longest_texts_are_kept_as_written
                every_shape_of_json_is_kept_as_written
                every_time_is_kept_to_the_microsecond
            }
        }
    };
    (@each $make:path; $($topic:ident { $($name:ident)* })*) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (store, _kept) = $make().await;
                $crate::contracts::store::$topic::$name(store).await;
            }
        )*)*
    };
}
