use serde::Serialize;
use stead_application::metering::{AiUsage, Budget};
use stead_domain::{
    run::Usage,
    usage::{UsageBy, UsageKey},
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Time;

/// What models have used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AiUsage)]
pub struct AiUsageBody {
    /// Not before.
    pub from: Time,
    /// Before.
    pub to: Time,
    /// By what `items` are told apart.
    pub by: UsageByBody,
    /// All together.
    pub total: UsedBody,
    /// Told apart, those that used most tokens first.
    pub items: Vec<UsageItemBody>,
    /// Whether there are more.
    pub has_more: bool,
    /// What may be used this month.
    pub budgets: BudgetsBody,
}

/// By what usage is told apart: who asked, which agent, in which channel or thread, what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UsageBy)]
pub enum UsageByBody {
    User,
    Agent,
    Channel,
    Purpose,
}

/// Tokens and what they cost.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Used)]
pub struct UsedBody {
    /// Of prompts.
    pub input_tokens: i64,
    /// Of answers.
    pub output_tokens: i64,
    /// Of the prompts' tokens, those the endpoint had kept, as far as it said so.
    pub cached_tokens: i64,
    /// In millionths of the currency that the server's prices are in.
    pub cost_micros: i64,
}

/// What somebody, or something, used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageItem)]
pub struct UsageItemBody {
    /// The id of the user, the agent, or the channel or thread; or the purpose: `turn`, `title`, `file_summary`,
    /// `file_description`, `transcript`, `embedding`, `summary`, `assistant`, `stand_in` or `persona`. Null: no one's.
    #[schema(required = true)]
    pub key: Option<String>,
    /// How much.
    #[serde(flatten)]
    pub used: UsedBody,
}

/// The budgets of this month in UTC, of prompts' and answers' tokens together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Budgets)]
pub struct BudgetsBody {
    /// The organization's. Null: it has none, or it is not for the caller.
    #[schema(required = true)]
    pub organization: Option<BudgetBody>,
    /// The caller's. Null: they have none.
    #[schema(required = true)]
    pub user: Option<BudgetBody>,
}

/// What may be used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Budget)]
pub struct BudgetBody {
    /// So many tokens in all.
    pub tokens: i64,
    /// So many were used: more than there are, where answers were under way when they ran out.
    pub used: i64,
    /// So many are left.
    pub left: i64,
}

impl AiUsageBody {
    /// As it was asked for.
    pub fn new(by: UsageBy, usage: AiUsage) -> Self {
        let AiUsage { from, to, total, items, has_more, budgets } = usage;
        let item = |(key, used): (UsageKey, Usage)| UsageItemBody { key: key_of(key), used: used.into() };
        Self {
            from: Time(from),
            to: Time(to),
            by: match by {
                UsageBy::User => UsageByBody::User,
                UsageBy::Agent => UsageByBody::Agent,
                UsageBy::Conversation => UsageByBody::Channel,
                UsageBy::Purpose => UsageByBody::Purpose,
            },
            total: total.into(),
            items: items.into_iter().map(item).collect(),
            has_more,
            budgets: BudgetsBody {
                organization: budgets.organization.map(Into::into),
                user: budgets.user.map(Into::into),
            },
        }
    }

    /// An example for the document.
    pub fn sample() -> Self {
        let used = |input_tokens, output_tokens, cost_micros| UsedBody {
            input_tokens,
            output_tokens,
            cached_tokens: 0,
            cost_micros,
        };
        let item = |purpose: &str, used| UsageItemBody { key: Some(purpose.to_owned()), used };
        Self {
            from: Time::sample(0),
            to: Time::sample(86_400),
            by: UsageByBody::Purpose,
            total: used(1_240, 310, 4_960),
            items: vec![item("turn", used(1_200, 300, 4_800)), item("title", used(40, 10, 160))],
            has_more: false,
            budgets: BudgetsBody {
                organization: Some(BudgetBody { tokens: 1_000_000, used: 1_550, left: 998_450 }),
                user: None,
            },
        }
    }
}

fn key_of(key: UsageKey) -> Option<String> {
    match key {
        UsageKey::User(id) => id.map(Uuid::from),
        UsageKey::Agent(id) => id.map(Uuid::from),
        UsageKey::Conversation(id) => id.map(Uuid::from),
        UsageKey::Purpose(purpose) => return Some(purpose.as_str().to_owned()),
    }
    .map(|id| id.to_string())
}

impl From<Usage> for UsedBody {
    fn from(usage: Usage) -> Self {
        let Usage { input_tokens, output_tokens, cached_tokens, cost_micros } = usage;
        Self { input_tokens, output_tokens, cached_tokens: cached_tokens.unwrap_or(0), cost_micros }
    }
}

impl From<Budget> for BudgetBody {
    fn from(budget: Budget) -> Self {
        let Budget { tokens, used } = budget;
        Self { tokens, used, left: tokens.saturating_sub(used).max(0) }
    }
}
