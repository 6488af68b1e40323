//! The names that enums of the domain have in text columns: one place per enum. A name stays for ever, or a migration
//! rewrites it.

use stead_domain::{
    agent::{Knowledge, OwnerVisibility, ToolPolicy, Visibility},
    channel::{ChannelKind, MemberRole, NotificationLevel},
    event::EventKind,
    feedback::Rating,
    message::{MessageRole, MessageStatus},
    ports::vector_store::VectorKind,
    run::{RunErrorCode, RunStatus, RunStepState},
    status::StatusMode,
    thread::TitleSource,
    usage::UsagePurpose,
    user::{OrganizationRole, UserKind},
};

use crate::types::Named;

impl Named for UserKind {
    const ALL: &'static [Self] = &[Self::Person, Self::Service];

    fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
        }
    }
}

impl Named for OrganizationRole {
    const ALL: &'static [Self] = &[Self::Member, Self::Admin, Self::Owner];

    fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

/// The kind of an agent without its owner, who has a column of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentKindName {
    Organization,
    Personal,
}

impl Named for AgentKindName {
    const ALL: &'static [Self] = &[Self::Organization, Self::Personal];

    fn name(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Personal => "personal",
        }
    }
}

/// The way to a server of tools without where it leads, which has columns of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportName {
    Http,
    Stdio,
}

impl Named for TransportName {
    const ALL: &'static [Self] = &[Self::Http, Self::Stdio];

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Stdio => "stdio",
        }
    }
}

impl Named for Visibility {
    const ALL: &'static [Self] = &[Self::Private, Self::Organization];

    fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Organization => "organization",
        }
    }
}

impl Named for OwnerVisibility {
    const ALL: &'static [Self] = &[Self::Full, Self::Metadata, Self::None];

    fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Metadata => "metadata",
            Self::None => "none",
        }
    }
}

impl Named for Knowledge {
    const ALL: &'static [Self] = &[Self::None, Self::SharedChannels];

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SharedChannels => "shared_channels",
        }
    }
}

impl Named for ToolPolicy {
    const ALL: &'static [Self] = &[Self::Auto, Self::Ask, Self::Off];

    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Ask => "ask",
            Self::Off => "off",
        }
    }
}

/// What a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConversationKind {
    Thread,
    Sidebar,
    Channel(ChannelKind),
}

impl Named for ConversationKind {
    const ALL: &'static [Self] = &[
        Self::Thread,
        Self::Sidebar,
        Self::Channel(ChannelKind::Public),
        Self::Channel(ChannelKind::Private),
        Self::Channel(ChannelKind::Direct),
        Self::Channel(ChannelKind::Group),
        Self::Channel(ChannelKind::Assistant),
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Sidebar => "sidebar",
            Self::Channel(kind) => kind.as_str(),
        }
    }
}

/// What a source of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    Message,
    File,
}

impl Named for SourceKind {
    const ALL: &'static [Self] = &[Self::Message, Self::File];

    fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::File => "file",
        }
    }
}

impl Named for MemberRole {
    const ALL: &'static [Self] = &MemberRole::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}

impl Named for NotificationLevel {
    const ALL: &'static [Self] = &NotificationLevel::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}

impl Named for StatusMode {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}

impl Named for TitleSource {
    const ALL: &'static [Self] = &[Self::None, Self::Model, Self::Person];

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Model => "model",
            Self::Person => "person",
        }
    }
}

/// Who wrote a message, without their ids, which have columns of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorKind {
    User,
    Agent,
    System,
}

impl Named for AuthorKind {
    const ALL: &'static [Self] = &[Self::User, Self::Agent, Self::System];

    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }
}

impl Named for Rating {
    const ALL: &'static [Self] = &[Self::Up, Self::Down];

    fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl Named for MessageRole {
    const ALL: &'static [Self] = &[Self::User, Self::Assistant, Self::System];

    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
        }
    }
}

impl Named for MessageStatus {
    const ALL: &'static [Self] = &[Self::Queued, Self::Streaming, Self::Complete, Self::Cancelled, Self::Failed];

    fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Streaming => "streaming",
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

/// Partial indexes of the migrations name these.
impl Named for RunStatus {
    const ALL: &'static [Self] = &[
        Self::Queued,
        Self::Running,
        Self::AwaitingApproval,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

impl Named for RunErrorCode {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}

impl Named for UsagePurpose {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}

/// The kind of a step without what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStepKindName {
    Model,
    Tool,
}

impl Named for RunStepKindName {
    const ALL: &'static [Self] = &[Self::Model, Self::Tool];

    fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Tool => "tool",
        }
    }
}

impl Named for RunStepState {
    const ALL: &'static [Self] = &[Self::Started, Self::Done, Self::Unknown];

    fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Done => "done",
            Self::Unknown => "unknown",
        }
    }
}

/// The kind of a piece of a stream without what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunChunkKindName {
    Text,
    ApprovalRequested,
    ToolCallStarted,
    ToolCallCompleted,
}

impl Named for RunChunkKindName {
    const ALL: &'static [Self] = &[Self::Text, Self::ApprovalRequested, Self::ToolCallStarted, Self::ToolCallCompleted];

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::ApprovalRequested => "approval_requested",
            Self::ToolCallStarted => "tool_call_started",
            Self::ToolCallCompleted => "tool_call_completed",
        }
    }
}

/// Where a tool call stands, without its result, error and times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolCallStatus {
    AwaitingApproval,
    Approved,
    Open,
    Succeeded,
    Failed,
    Interrupted,
}

impl Named for ToolCallStatus {
    const ALL: &'static [Self] =
        &[Self::AwaitingApproval, Self::Approved, Self::Open, Self::Succeeded, Self::Failed, Self::Interrupted];

    fn name(self) -> &'static str {
        match self {
            Self::AwaitingApproval => "awaiting_approval",
            Self::Approved => "approved",
            Self::Open => "open",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// How far a file is understood, without why it could not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStatusName {
    Processing,
    Ready,
    Failed,
}

impl Named for FileStatusName {
    const ALL: &'static [Self] = &[Self::Processing, Self::Ready, Self::Failed];

    fn name(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

/// Where in a document something stands, without number and name, which have columns of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceName {
    Document,
    Page,
    Slide,
    Sheet,
    Heading,
}

impl Named for PlaceName {
    const ALL: &'static [Self] = &[Self::Document, Self::Page, Self::Slide, Self::Sheet, Self::Heading];

    fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Page => "page",
            Self::Slide => "slide",
            Self::Sheet => "sheet",
            Self::Heading => "heading",
        }
    }
}

impl Named for VectorKind {
    const ALL: &'static [Self] = &[Self::Message, Self::File];

    fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::File => "file",
        }
    }
}

impl Named for EventKind {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.as_str()
    }
}

/// Whom an event concerns, without the user, who has a column of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudienceName {
    Members,
    Organization,
    User,
}

impl Named for AudienceName {
    const ALL: &'static [Self] = &[Self::Members, Self::Organization, Self::User];

    fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Organization => "organization",
            Self::User => "user",
        }
    }
}
