//! What the figures mean, for who reads the page.

use metrics::{describe_counter, describe_gauge, describe_histogram, gauge};

pub fn describe() {
    describe_counter!("stead_http_requests_total", "Requests by method, route and class of status");
    describe_histogram!("stead_http_request_seconds", "Time until an answer began");
    describe_histogram!("stead_commit_seconds", "Time a use case waited for its commit");
    describe_counter!("stead_commits_total", "Commits by what became of them");
    describe_histogram!("stead_db_batch_writes", "Writes made durable together");
    describe_histogram!("stead_db_batch_seconds", "Time of a transaction with its writes");
    describe_gauge!("stead_db_connections", "Connections to the database by state");
    describe_gauge!("stead_db_waiting", "Callers that wait for a connection");
    describe_gauge!("stead_index_lag_seconds", "How far an index is behind the event log, at the node that keeps it");
    describe_counter!("stead_index_taken_total", "Things that an index was told of");
    describe_counter!("stead_index_failures_total", "Tries of an index that failed, and were or will be made again");
    describe_counter!("stead_index_skipped_total", "Things left out of an index since they can never be in it");
    describe_gauge!("stead_vectors_held_bytes", "Memory that holds vectors of the embedded index");
    describe_counter!("stead_vectors_mended_total", "Vectors that an index had lost, or held of nothing");
    describe_gauge!("stead_db_up", "Whether the database answered when this page was read");
    describe_gauge!("stead_events_newest_position", "The place of the newest event in the log");
    describe_gauge!(
        "stead_event_log_held_back_seconds",
        "How long a transaction has held back the log of events, from 2 s on"
    );
    describe_gauge!("stead_jobs", "Jobs by state");
    describe_gauge!("stead_jobs_oldest_due_seconds", "How long the job has waited that is due longest");
    describe_counter!("stead_jobs_tried_total", "Tries of jobs by outcome");
    describe_counter!("stead_runs_started_total", "Runs started by a commit of this process");
    describe_counter!(
        "stead_runs_taken_total",
        "Runs taken from the queue, or after the lease of their process lapsed"
    );
    describe_counter!("stead_runs_ended_total", "Runs ended by this process, by status and error code");
    describe_histogram!("stead_model_first_token_seconds", "Time until a model began to answer");
    describe_histogram!("stead_model_answer_seconds", "Time of whole answers of a model");
    describe_counter!("stead_model_answers_total", "Questions to a model by outcome");
    describe_counter!("stead_model_tokens_total", "Tokens by model and direction, where the endpoint tells");
    describe_gauge!("stead_model_breaker_open", "Whether the model's endpoint is left alone for now");
    describe_gauge!("stead_vectors_breaker_open", "Whether the index of vectors elsewhere is left alone for now");
    describe_counter!("stead_vector_hits_left_out_total", "Hits of the index elsewhere that nobody asked for");
    describe_gauge!("stead_build_info", "The version that runs");
    gauge!("stead_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}
