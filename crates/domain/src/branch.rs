//! Branches: the messages of a thread are a tree, of which one path, from its root to a tip, is shown and continued.

use std::collections::{HashMap, HashSet};

use crate::MessageId;

/// One path through a conversation's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branch {
    /// Up to this message: it, and all before it.
    EndingAt(MessageId),
    /// Through this message: up to the newest one, that with the largest id, of it and all that came of it.
    Through(MessageId),
}

/// A message and the one before it.
pub type Link = (MessageId, Option<MessageId>);

impl Branch {
    /// The messages on it, of all that a conversation has; `None` if the message that it names is not among them. Where the
    /// one before a message is not there any more, the path begins.
    pub fn messages(self, conversation: &[Link]) -> Option<HashSet<MessageId>> {
        let before: HashMap<MessageId, Option<MessageId>> = conversation.iter().copied().collect();
        let tip = match self {
            Self::EndingAt(message) => message,
            Self::Through(message) => newest_after(message, conversation),
        };
        let mut on_it = HashSet::new();
        let mut next = Some(tip);
        while let Some(message) = next
            && let Some(one_before) = before.get(&message)
            && on_it.insert(message)
        {
            next = *one_before;
        }
        if on_it.is_empty() { None } else { Some(on_it) }
    }
}

/// The newest of a message and all that came of it.
fn newest_after(message: MessageId, conversation: &[Link]) -> MessageId {
    let mut after: HashMap<MessageId, Vec<MessageId>> = HashMap::new();
    for (message, before) in conversation {
        if let Some(before) = before {
            after.entry(*before).or_default().push(*message);
        }
    }
    let (mut seen, mut waiting) = (HashSet::new(), vec![message]);
    while let Some(message) = waiting.pop() {
        if seen.insert(message) {
            waiting.extend(after.get(&message).into_iter().flatten().copied());
        }
    }
    seen.into_iter().max().unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> MessageId {
        MessageId::new(uuid::Uuid::from_u128(n))
    }

    /// 1 - 2 - 3 - 6
    ///       \ 4 - 5
    ///           \ 7
    fn tree() -> Vec<Link> {
        [(1, None), (2, Some(1)), (3, Some(2)), (6, Some(3)), (4, Some(2)), (5, Some(4)), (7, Some(4))]
            .map(|(message, before)| (id(message), before.map(id)))
            .to_vec()
    }

    fn on(branch: Branch, conversation: &[Link]) -> Vec<u128> {
        let mut on: Vec<_> =
            branch.messages(conversation).into_iter().flatten().map(|id| id.uuid().as_u128()).collect();
        on.sort_unstable();
        on
    }

    #[test]
    fn a_branch_ends_where_it_is_said() {
        assert_eq!(on(Branch::EndingAt(id(1)), &tree()), [1]);
        assert_eq!(on(Branch::EndingAt(id(4)), &tree()), [1, 2, 4]);
        assert_eq!(on(Branch::EndingAt(id(6)), &tree()), [1, 2, 3, 6]);
    }

    #[test]
    fn a_branch_goes_on_to_the_newest_that_came_of_a_message() {
        assert_eq!(on(Branch::Through(id(1)), &tree()), [1, 2, 4, 7]);
        assert_eq!(on(Branch::Through(id(3)), &tree()), [1, 2, 3, 6]);
        assert_eq!(on(Branch::Through(id(5)), &tree()), [1, 2, 4, 5]);
    }

    #[test]
    fn what_is_not_there_is_on_no_branch() {
        assert_eq!(Branch::EndingAt(id(9)).messages(&tree()), None);
        assert_eq!(Branch::Through(id(9)).messages(&tree()), None);
        assert_eq!(Branch::Through(id(9)).messages(&[]), None);
    }

    #[test]
    fn a_path_begins_where_what_was_before_is_gone() {
        assert_eq!(on(Branch::Through(id(4)), &tree()[4..]), [4, 7]);
        assert_eq!(on(Branch::EndingAt(id(6)), &tree()[2..]), [3, 6]);
    }
}
