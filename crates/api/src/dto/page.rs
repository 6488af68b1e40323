/// The body of a page: its items, and where the pages beside it begin. `at` says what of an item these are told by.
macro_rules! page_body {
    (
        $(#[$page:meta])*
        pub struct $name:ident as $schema:ident {
            $(#[$list:meta])*
            $items:ident: $item:ty,
        }
        from $of:ty, at $id:expr
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

        impl From<stead_domain::page::Slice<$of>> for $name {
            fn from(slice: stead_domain::page::Slice<$of>) -> Self {
                let (next_before, next_after) = $crate::paging::neighbours(&slice, $id);
                Self { $items: slice.items.into_iter().map(<$item>::from).collect(), next_before, next_after }
            }
        }

        impl $name {
            /// An example for the document.
            pub fn sample() -> Self {
                Self { $items: vec![<$item>::sample()], next_before: None, next_after: None }
            }
        }
    };
}

pub(super) use page_body;
