use serde::Serialize;
use stead_application::search::{Found, SearchPage, SearchResult};
use stead_domain::{
    message::Author,
    ports::read_gate::{FileText, MessageText, PassageText, SaidIn},
    search::Highlight,
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, author::AuthorKindBody};

/// A page of what was found: newest first, or, by meaning, the best first. A page may have less than was asked for, and yet
/// another may follow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchResults)]
pub struct SearchBody {
    /// What was found.
    pub results: Vec<SearchResultBody>,
    /// There may be more: pass it as `cursor`, with everything else as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, pattern = "^[A-Za-z0-9_-]{32}$")]
    pub next_cursor: Option<String>,
    /// Whether meaning was asked for and did not count: the index, or what makes them, is away, or may not be used now. What is
    /// here was found by words.
    pub degraded: bool,
}

/// A message or a file that was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchResult)]
pub struct SearchResultBody {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: SearchResultKind,
    /// The message, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = FoundMessageBody, required = false)]
    pub message: Option<FoundMessageBody>,
    /// The file, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = FoundFileBody, required = false)]
    pub file: Option<FoundFileBody>,
    /// Up to three parts of the text, as HTML: what was searched for stands in `<mark>`, there is no other element, and
    /// everything else is escaped. `…` stands where the text goes on. Of what was found by its meaning and has none of the
    /// words, its beginning.
    #[schema(max_items = 3)]
    pub highlights: Vec<String>,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SearchResultType)]
pub enum SearchResultKind {
    Message,
    File,
}

/// A message that was found, as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundMessage)]
pub struct FoundMessageBody {
    /// Its id.
    pub id: Uuid,
    /// The channel it was said in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub channel_id: Option<Uuid>,
    /// The thread it was said in,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub thread_id: Option<Uuid>,
    /// and the thread's agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub agent_id: Option<Uuid>,
    /// Who said it.
    pub author: FoundAuthorBody,
    /// Whether a model wrote it.
    pub from_ai: bool,
    /// The text, Markdown.
    pub content: String,
    /// The message it replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub parent_id: Option<Uuid>,
    /// When it was sent.
    pub created_at: Time,
    /// When it was last edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Time, required = false)]
    pub edited_at: Option<Time>,
}

/// Who said what was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundAuthor)]
pub struct FoundAuthorBody {
    /// A person, an agent, or Stead itself.
    pub kind: AuthorKindBody,
    /// The user's or the agent's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub id: Option<Uuid>,
    /// What they are called, if they are still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub display_name: Option<String>,
}

/// A file that was found, as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundFile)]
pub struct FoundFileBody {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub content_type: String,
    /// Its size in bytes.
    #[schema(minimum = 0)]
    pub size: u64,
    /// Who uploaded it.
    pub uploaded_by: Uuid,
    /// What it says, in a few sentences.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub summary: Option<String>,
    /// When it was uploaded.
    pub created_at: Time,
    /// The part in which it was found, where it was not by its name or summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = FoundPassageBody, required = false)]
    pub passage: Option<FoundPassageBody>,
}

/// A part of a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundPassage)]
pub struct FoundPassageBody {
    /// Its number in the file, from 0.
    pub number: i32,
    /// Where in the document it begins: a page, a sheet, a heading.
    pub place: String,
    /// What it says.
    pub text: String,
}

impl From<SearchPage> for SearchBody {
    fn from(page: SearchPage) -> Self {
        let SearchPage { results, next, degraded } = page;
        let next_cursor = next.map(|next| next.to_text());
        Self { results: results.into_iter().map(SearchResultBody::from).collect(), next_cursor, degraded }
    }
}

impl From<SearchResult> for SearchResultBody {
    fn from(SearchResult { found, highlights }: SearchResult) -> Self {
        let highlights = highlights.iter().map(marked).collect();
        let (message, file) = match found {
            Found::Message(message) => (Some(message.into_inner().into()), None),
            Found::Passage(passage) => (None, Some(passage.into_inner().into())),
            Found::File(file) => (None, Some(file.into_inner().into())),
        };
        let kind = if message.is_some() { SearchResultKind::Message } else { SearchResultKind::File };
        Self { kind, message, file, highlights }
    }
}

impl From<MessageText> for FoundMessageBody {
    fn from(message: MessageText) -> Self {
        let (channel_id, thread_id, agent_id) = match message.said_in {
            SaidIn::Channel(channel) => (Some(channel.uuid()), None, None),
            SaidIn::Thread { thread, agent, about: _ } => (None, Some(thread.uuid()), Some(agent.uuid())),
        };
        let (kind, id) = match message.author {
            Author::User(user) => (AuthorKindBody::User, Some(user.uuid())),
            Author::Agent { agent, on_behalf_of: _ } => (AuthorKindBody::Agent, Some(agent.uuid())),
            Author::System => (AuthorKindBody::System, None),
        };
        Self {
            id: message.id.uuid(),
            channel_id,
            thread_id,
            agent_id,
            author: FoundAuthorBody { kind, id, display_name: message.author_name },
            from_ai: message.from_ai,
            content: message.content,
            parent_id: message.reply_to_id.map(|parent| parent.uuid()),
            created_at: Time(message.created_at),
            edited_at: message.edited_at.map(Time),
        }
    }
}

impl From<FileText> for FoundFileBody {
    fn from(file: FileText) -> Self {
        let FileText { id, version: _, name, content_type, size, uploaded_by, summary, created_at } = file;
        Self {
            id: id.uuid(),
            name: name.as_str().to_owned(),
            content_type,
            size,
            uploaded_by: uploaded_by.uuid(),
            summary,
            created_at: Time(created_at),
            passage: None,
        }
    }
}

impl From<PassageText> for FoundFileBody {
    fn from(passage: PassageText) -> Self {
        let PassageText { file, n, place, text, tokens: _ } = passage;
        Self { passage: Some(FoundPassageBody { number: n, place: place.to_string(), text }), ..file.into() }
    }
}

/// A part of a text as HTML, with what was found in `<mark>`.
fn marked(part: &Highlight) -> String {
    let mut html = String::with_capacity(part.text.len() + 32);
    if part.is_cut_before {
        html.push('…');
    }
    let mut at = 0;
    for found in &part.found {
        escape(&mut html, part.text.get(at..found.start).unwrap_or_default());
        html.push_str("<mark>");
        escape(&mut html, part.text.get(found.clone()).unwrap_or_default());
        html.push_str("</mark>");
        at = found.end;
    }
    escape(&mut html, part.text.get(at..).unwrap_or_default());
    if part.is_cut_after {
        html.push('…');
    }
    html
}

fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

impl SearchBody {
    /// An example for the document.
    pub fn sample() -> Self {
        let id = |n: u128| Uuid::from_u128(0x0197_a3c4_5d6e_7f80_9a1b_0000_0000_0000 + n);
        let message = FoundMessageBody {
            id: id(0x11),
            channel_id: Some(id(0x12)),
            thread_id: None,
            agent_id: None,
            author: FoundAuthorBody {
                kind: AuthorKindBody::User,
                id: Some(id(2)),
                display_name: Some("Ann".to_owned()),
            },
            from_ai: false,
            content: "The deployment is done.".to_owned(),
            parent_id: None,
            created_at: Time::sample(60),
            edited_at: None,
        };
        let file = FoundFileBody {
            id: id(0xf),
            name: "Minutes.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            size: 48_213,
            uploaded_by: id(2),
            summary: Some("The minutes of the meeting of the third of May.".to_owned()),
            created_at: Time::sample(30),
            passage: Some(FoundPassageBody {
                number: 4,
                place: "page 2".to_owned(),
                text: "Deployment is every Tuesday.".to_owned(),
            }),
        };
        let result = |kind, message, file, highlight: &str| SearchResultBody {
            kind,
            message,
            file,
            highlights: vec![highlight.to_owned()],
        };
        Self {
            results: vec![
                result(SearchResultKind::Message, Some(message), None, "The <mark>deployment</mark> is done."),
                result(SearchResultKind::File, None, Some(file), "<mark>Deployment</mark> is every Tuesday."),
            ],
            next_cursor: Some("AADMG6sXCAB__wGXo8RdboCAmhsAAAAA".to_owned()),
            degraded: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use stead_domain::search::{SearchQuery, highlights};

    use super::*;

    fn shown(text: &str, query: &str) -> Vec<String> {
        highlights(text, &SearchQuery::parse(query).unwrap()).unwrap().iter().map(marked).collect()
    }

    #[test]
    fn nothing_but_marks_is_html() {
        assert_eq!(
            shown("<img src=x onerror='alert(1)'> & \"co\"", "alert img"),
            ["&lt;<mark>img</mark> src=x onerror=&#39;<mark>alert</mark>(1)&#39;&gt; &amp; &quot;co&quot;"]
        );
        assert_eq!(shown("</mark><mark>", "mark"), ["&lt;/<mark>mark</mark>&gt;&lt;<mark>mark</mark>&gt;"]);
    }

    #[test]
    fn what_is_left_out_is_shown_as_such() {
        let long = format!("{}needle{}", "hay ".repeat(50), " hay".repeat(50));
        let parts = shown(&long, "needle");
        assert!(parts[0].starts_with("…hay") && parts[0].ends_with("hay…"), "{parts:?}");
    }
}
