use std::collections::HashMap;

use stead_application::import::Place;
use stead_domain::Timestamp;

use super::line::{Line, Name};

/// Where the lines before stand, and under which names.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// By channel and id.
    by_id: HashMap<(String, Name), Place>,
    /// By channel and place in the file.
    by_n: HashMap<(String, Name), Place>,
    /// How many lines of a channel there were in each millisecond.
    times: HashMap<String, HashMap<i64, u32>>,
}

impl Links {
    /// Places are counted anew.
    pub fn next_file(&mut self) {
        self.by_n.clear();
        self.times.clear();
    }

    /// Where a line stands, and the last of the lines before that it replies to.
    pub fn place(&mut self, channel: &str, line: &Line, at: Timestamp, author: &str) -> (Place, Option<Place>) {
        let key = match &line.id {
            Some(Name::Number(id)) => format!("id:{id}"),
            Some(Name::Text(id)) => format!("id:{id}"),
            None => format!("{author}\n{}", line.text),
        };
        let place = Place { key, at, n: self.count(channel, at) };
        let named = |name: &Name| (channel.to_owned(), name.clone());
        let known = if line.id.is_some() { &self.by_id } else { &self.by_n };
        let before = line.replies().iter().filter_map(|name| known.get(&named(name)));
        // In the order of the time.
        let reply_to = before.filter(|other| **other != place).max_by_key(|other| (other.at, other.n)).cloned();
        if let Some(id) = &line.id {
            self.by_id.insert(named(id), place.clone());
        }
        if let Some(n) = &line.n {
            self.by_n.insert(named(n), place.clone());
        }
        (place, reply_to)
    }

    /// How many lines before had this time: they need not come in its order.
    fn count(&mut self, channel: &str, at: Timestamp) -> u32 {
        if !self.times.contains_key(channel) {
            self.times.insert(channel.to_owned(), HashMap::new());
        }
        let Some(times) = self.times.get_mut(channel) else { return 0 };
        let next = times.entry(at.unix_micros() / 1_000).or_default();
        let n = *next;
        *next = next.saturating_add(1);
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(links: &mut Links, line: &str) -> (Place, Option<Place>) {
        let line: Line = serde_json::from_str(line).unwrap();
        let (author, _) = line.person().unwrap();
        links.place("c", &line, line.time().unwrap(), &author)
    }

    #[test]
    fn replies_find_their_lines() {
        let mut links = Links::default();
        let (first, none) =
            place(&mut links, r#"{"n":0,"author":"a","text":"x","at":"2020-01-01T00:00:00Z","reply_to":[0]}"#);
        assert!(none.is_none() && first.n == 0);
        let (second, reply) =
            place(&mut links, r#"{"n":1,"author":"a","text":"x","at":"2020-01-01T00:00:00Z","reply_to":[0,9]}"#);
        assert_eq!((second.n, reply), (1, Some(first)));
        let (_, reply) = place(&mut links, r#"{"n":2,"author":"b","text":"y","at":1577836860,"reply_to":[0,1]}"#);
        assert_eq!(reply, Some(second));
        links.next_file();
        let (_, reply) = place(&mut links, r#"{"n":3,"handle":"b","text":"y","at":1577836861,"reply_to":1}"#);
        assert!(reply.is_none());
        let (named, _) = place(&mut links, r#"{"id":"m1","author":"b","text":"y","at":1577836862}"#);
        links.next_file();
        let (_, reply) = place(&mut links, r#"{"id":"m2","author":"b","text":"y","at":1577836863,"reply_to":"m1"}"#);
        assert_eq!(reply, Some(named));
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        let read = |line: &str| serde_json::from_str::<Line>(line);
        assert!(read(r#"{"author":"a","at":1}"#).is_err());
        assert!(read(r#"{"text":"x","at":1}"#).unwrap().person().is_err());
        assert!(read(r#"{"text":"x","author":"a","at":"yesterday"}"#).unwrap().time().is_err());
        assert!(read(r#"{"text":"x","author":"a","at":-1}"#).unwrap().time().is_err());
    }
}
