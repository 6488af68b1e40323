use diesel::prelude::*;
use stead_domain::{
    feedback::{Feedback, FeedbackComment, Rating},
    ports::store::SetFeedback,
};

use crate::{
    error::InvalidColumn,
    schema::message_feedback,
    types::{DbId, DbName, DbTime},
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = message_feedback, treat_none_as_default_value = false, treat_none_as_null = true)]
#[diesel(primary_key(message_id, user_id))]
pub struct FeedbackRow {
    pub message_id: DbId,
    pub user_id: DbId,
    pub organization_id: DbId,
    pub conversation_id: DbId,
    pub rating: DbName<Rating>,
    pub comment: Option<String>,
    pub updated_at: DbTime,
}

impl From<&SetFeedback> for FeedbackRow {
    fn from(set: &SetFeedback) -> Self {
        let SetFeedback { organization, conversation, message, user, feedback } = set;
        let Feedback { rating, comment, updated_at } = feedback;
        Self {
            message_id: (*message).into(),
            user_id: (*user).into(),
            organization_id: (*organization).into(),
            conversation_id: (*conversation).into(),
            rating: DbName(*rating),
            comment: comment.as_ref().map(|comment| comment.as_str().to_owned()),
            updated_at: (*updated_at).into(),
        }
    }
}

impl TryFrom<FeedbackRow> for Feedback {
    type Error = InvalidColumn;

    fn try_from(row: FeedbackRow) -> Result<Self, InvalidColumn> {
        let comment = row.comment.map(FeedbackComment::parse).transpose();
        Ok(Self {
            rating: row.rating.0,
            comment: comment.map_err(InvalidColumn::of("message_feedback.comment"))?,
            updated_at: row.updated_at.into(),
        })
    }
}
