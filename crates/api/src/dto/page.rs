/// The body of a page: its items, and where the pages beside it begin. `at` says what of an item these are told by; items that
/// a model may have written are `cited`.
macro_rules! page_body {
    (
        $(#[$page:meta])*
        pub struct $name:ident as $schema:ident { $(#[$list:meta])* $items:ident: $item:ty, }
        from cited $of:ty, at $id:expr, such as $sample:expr
    ) => {
        page_body! { @body $(#[$page])* $name, $schema, $(#[$list])* $items, $item, $sample }

        impl From<stead_application::citations::Cited<stead_domain::page::Slice<$of>>> for $name {
            fn from(cited: stead_application::citations::Cited<stead_domain::page::Slice<$of>>) -> Self {
                let (slice, mut citations) = (cited.shown, cited.citations);
                let (next_before, next_after) = $crate::paging::neighbours(&slice, $id);
                let items = slice.items.into_iter().map(|said| <$item>::of(said, &mut citations));
                Self { $items: items.collect(), next_before, next_after }
            }
        }
    };
    (
        $(#[$page:meta])*
        pub struct $name:ident as $schema:ident { $(#[$list:meta])* $items:ident: $item:ty, }
        from $of:ty, at $id:expr
    ) => {
        page_body! { @body $(#[$page])* $name, $schema, $(#[$list])* $items, $item, vec![<$item>::sample()] }

        impl From<stead_domain::page::Slice<$of>> for $name {
            fn from(slice: stead_domain::page::Slice<$of>) -> Self {
                let (next_before, next_after) = $crate::paging::neighbours(&slice, $id);
                Self { $items: slice.items.into_iter().map(<$item>::from).collect(), next_before, next_after }
            }
        }
    };
    (
        @body $(#[$page:meta])* $name:ident, $schema:ident, $(#[$list:meta])* $items:ident, $item:ty, $sample:expr
    ) => {
        $(#[$page])*
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        #[schema(as = $schema)]
        pub struct $name {
            $(#[$list])*
            pub $items: Vec<$item>,
            /// There are items before these: pass it as `before`.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(value_type = uuid::Uuid, required = false)]
            pub next_before: Option<uuid::Uuid>,
            /// There are items after these: pass it as `after`.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(value_type = uuid::Uuid, required = false)]
            pub next_after: Option<uuid::Uuid>,
        }

        impl $name {
            /// An example for the document.
            pub fn sample() -> Self {
                Self { $items: $sample, next_before: None, next_after: None }
            }
        }
    };
}

pub(super) use page_body;
