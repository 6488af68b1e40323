use serde::Serialize;
use stead_domain::ports::store::Branches;
use utoipa::ToSchema;

use crate::extract::QueryReader;

/// Messages of which branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BranchesParam {
    Active,
    All,
}

impl BranchesParam {
    /// Reads the parameter `branches`.
    pub fn read(query: &mut QueryReader) -> Self {
        query.word("branches", &[("active", Self::Active), ("all", Self::All)]).unwrap_or(Self::Active)
    }

    /// As the query spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::All => "all",
        }
    }
}

impl From<BranchesParam> for Branches {
    fn from(branches: BranchesParam) -> Self {
        match branches {
            BranchesParam::Active => Self::Active,
            BranchesParam::All => Self::All,
        }
    }
}
