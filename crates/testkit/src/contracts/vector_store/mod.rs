//! What [`VectorStore`] promises.

mod listing;
mod narrowing;
mod querying;
mod scenes;
mod writing;

use std::sync::Arc;

use async_trait::async_trait;
use stead_domain::{OrganizationId, ports::VectorStore};

pub use listing::*;
pub use narrowing::*;
pub use querying::*;
pub use scenes::*;
pub use writing::*;

/// A vector store under test.
#[async_trait]
pub trait VectorStoreHarness: Send + Sync {
    /// The store.
    fn store(&self) -> Arc<dyn VectorStore>;

    /// An organization without vectors, another one each time. The messages, files, conversations and users of the suite
    /// are ids alone: nothing else of them is anywhere.
    async fn organization(&self) -> OrganizationId;

    /// How long the suite's vectors are: that of the index, where it has one. At least 4.
    fn dimension(&self) -> usize {
        8
    }
}

/// Makes a test of each promise of [`VectorStore`]; `make` is the path of an `async fn() -> impl VectorStoreHarness`.
#[macro_export]
macro_rules! vector_store_contract_tests {
    ($(#[$attribute:meta])* $make:path) => {
        $crate::vector_store_contract_tests! { @each [$(#[$attribute])*] $make;
            what_was_stored_is_found
            storing_again_replaces
            of_one_id_given_twice_the_last_counts
            what_was_deleted_is_gone
            deleting_what_is_not_there_is_fine
            a_source_is_deleted_with_all_its_chunks
            the_rest_of_a_longer_text_is_deleted
            a_message_and_a_file_are_not_confused
            an_organization_is_deleted_alone
            a_vector_without_direction_is_not_kept
            what_is_not_finite_is_refused_whole
            too_many_places_are_refused
            a_vector_of_another_length_is_refused_or_not_found
            any_number_is_stored_and_deleted
            nothing_to_do_is_fine
            the_nearest_come_first
            no_more_than_asked_are_given
            without_a_place_nothing_is_found
            only_the_places_asked_are_found
            a_file_is_found_from_each_of_its_places_once
            any_number_of_places_may_be_asked
            an_organization_finds_its_own_alone
            a_query_without_direction_finds_nothing
            a_query_that_is_not_finite_is_refused
            vectors_of_another_model_are_not_found
            a_kind_narrows
            an_author_narrows
            files_narrow
            a_time_narrows
            what_narrows_goes_together
            each_id_is_listed_once
            a_list_of_nothing_is_empty
            a_list_goes_on_from_a_page_alone
        }
    };
    (@each $attributes:tt $make:path; $($name:ident)*) => {
        $( $crate::vector_store_contract_tests! { @one $attributes $make; $name } )*
    };
    (@one [$($attribute:tt)*] $make:path; $name:ident) => {
        #[tokio::test]
        $($attribute)*
        async fn $name() {
            let harness = $make().await;
            $crate::contracts::vector_store::$name(&harness).await;
        }
    };
}
