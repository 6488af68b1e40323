use serde::Serialize;
use utoipa::ToSchema;

/// What every refused or failed request is answered with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub struct ErrorBody {
    /// A stable code: programs compare this.
    #[schema(example = "invalid_request")]
    pub error: String,
    /// A sentence for people.
    #[schema(example = "The request is invalid: `handle` is required")]
    pub message: String,
    /// The id under which the server logged the request; also in the header `x-request-id`.
    #[schema(example = "0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071")]
    pub request_id: String,
    /// What is wrong with which field, parameter or header.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub details: Vec<FieldErrorBody>,
}

/// What is wrong with a field, parameter or header.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub struct FieldErrorBody {
    /// The field, as the sender wrote it.
    #[schema(example = "handle")]
    pub field: String,
    /// What is wrong with it.
    #[schema(example = "is required")]
    pub message: String,
}

impl ErrorBody {
    /// An example for the document.
    pub fn sample(error: &str, message: &str) -> Self {
        let details = if error == "invalid_request" {
            vec![FieldErrorBody { field: "handle".to_owned(), message: "is required".to_owned() }]
        } else {
            Vec::new()
        };
        Self {
            error: error.to_owned(),
            message: message.to_owned(),
            request_id: "0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071".to_owned(),
            details,
        }
    }
}
