//! Queries: in as many parts as their filters need, all in the time of one.

use futures_util::{StreamExt, TryStreamExt, stream};
use stead_domain::{
    OrganizationId,
    ports::vector_store::{VectorHit, VectorQuery, VectorStoreError},
};

use crate::{
    client::{Client, Patience},
    failure::Failure,
    filter::{Filter, filters},
    hits::Reading,
    wire::{Match, QUERY, QueryAnswer, QueryRequest},
};

/// How many parts are asked at once.
const AT_ONCE: usize = 4;
/// Pinecone refuses to answer with more than 4 MB, which so many hits cannot be: their metadata are 40 KB at most.
const SURE_TO_FIT: u32 = 100;

pub(crate) async fn query(
    client: &Client,
    organization: OrganizationId,
    query: &VectorQuery,
    patience: Patience,
) -> Result<Vec<VectorHit>, VectorStoreError> {
    let namespace = organization.to_string();
    let limit = query.limit.min(VectorQuery::MAX_LIMIT);
    let filters = filters(organization, query);
    let ask = |filter: Filter| ask(client, QueryPart { namespace: &namespace, query, filter }, limit, patience);
    let parts = stream::iter(filters.into_iter().map(ask)).buffer_unordered(AT_ONCE);
    let parts: Vec<Vec<Match>> = parts.try_collect().await?;
    Ok(Reading::new(organization, query).best(parts.into_iter().flatten(), limit as usize))
}

struct QueryPart<'a> {
    namespace: &'a str,
    query: &'a VectorQuery,
    filter: Filter,
}

async fn ask(
    client: &Client,
    part: QueryPart<'_>,
    limit: u32,
    patience: Patience,
) -> Result<Vec<Match>, VectorStoreError> {
    let mut request = QueryRequest {
        namespace: part.namespace,
        top_k: limit,
        vector: &part.query.values,
        filter: part.filter,
        include_values: false,
        include_metadata: true,
    };
    let mut answered = client.post::<QueryAnswer>(QUERY, &request, patience).await;
    let is_too_much = matches!(answered, Err(Failure::Other(VectorStoreError::Rejected { .. })));
    if is_too_much && limit > SURE_TO_FIT {
        // Fewer hits are better than none.
        request.top_k = SURE_TO_FIT;
        answered = client.post(QUERY, &request, patience).await;
    }
    match answered {
        Ok(answer) => Ok(answer.matches),
        Err(Failure::NoNamespace) => Ok(Vec::new()),
        Err(failure) => Err(failure.into_error()),
    }
}
