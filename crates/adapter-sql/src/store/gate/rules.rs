//! What a member may read, as conditions that the gate and the search have in common.

use super::super::prelude::kept_since;

/// Whether a message `m` is there to be read at all: of the organization `o`, which keeps it, and not still being written.
pub fn message_is_there() -> &'static str {
    concat!("m.deleted_at IS NULL AND m.status NOT IN ('queued', 'streaming') AND m.created_at >= ", kept_since!())
}

/// Whether `reader` (an expression) may read what is in the conversation `c`, of which `t` is the thread if it is one: a
/// member who has not left, of the channel that the thread is about too.
pub fn is_read_by(reader: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM members b WHERE b.conversation_id = c.id AND b.user_id = {reader} AND b.left_at IS NULL) \
         AND (t.channel_id IS NULL OR EXISTS (SELECT 1 FROM members b JOIN conversations h ON h.id = b.conversation_id \
            WHERE h.id = t.channel_id AND h.deleted_at IS NULL AND b.user_id = {reader} AND b.left_at IS NULL))"
    )
}

/// Whether `reader` may read the file `f`: it is theirs, or lies in a conversation that they may read. `o` is the
/// organization.
pub fn file_is_read_by(reader: &str) -> String {
    let (is_there, is_read) = (message_is_there(), is_read_by(reader));
    format!(
        "(f.uploaded_by_user_id = {reader} OR {} OR {})",
        lies_in_a_message(is_there, &is_read),
        lies_in_a_thread(&is_read)
    )
}

/// Whether the file `f` lies in one of the conversations.
pub fn file_lies_in(conversations: &str) -> String {
    let is_one = format!("c.id IN ({conversations})");
    format!("({} OR {})", lies_in_a_message(message_is_there(), &is_one), lies_in_a_thread(&is_one))
}

/// Whether the file `f` lies in the conversation, whose members are all that are asked about.
pub fn file_lies_openly_in(conversation: &str) -> String {
    let is_it = format!("c.id = {conversation} AND t.channel_id IS NULL");
    format!("({} OR {})", lies_in_a_message(message_is_there(), &is_it), lies_in_a_thread(&is_it))
}

fn lies_in_a_message(is_there: &str, condition: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM message_files a JOIN messages m ON m.id = a.message_id AND {is_there} \
            JOIN conversations c ON c.id = a.conversation_id AND c.deleted_at IS NULL AND c.organization_id = o.id \
            LEFT JOIN threads t ON t.id = c.id WHERE a.file_id = f.id AND {condition})"
    )
}

fn lies_in_a_thread(condition: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM thread_files a \
            JOIN conversations c ON c.id = a.conversation_id AND c.deleted_at IS NULL AND c.organization_id = o.id \
            JOIN threads t ON t.id = c.id AND t.last_activity_at >= {} WHERE a.file_id = f.id AND {condition})",
        kept_since!()
    )
}
