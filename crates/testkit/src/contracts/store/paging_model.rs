//! What pages of a list are, said once: every list by id is compared with it.

use stead_domain::page::{Page, PageLimit, Position, Slice};
use uuid::Uuid;

/// Fetches every page that there is of a list of these ids (in order) and compares it with what it should be.
pub(super) async fn every_page_is_right(ids: &[Uuid], fetch: impl AsyncFn(Page) -> Slice<Uuid>) {
    assert!(ids.is_sorted());
    for limit in [1, 2, 5, 100] {
        let limit = PageLimit::parse(limit).unwrap();
        let mut positions = vec![Position::Newest];
        for place in places(ids) {
            positions.extend([Position::Before(place), Position::After(place), Position::Around(place)]);
        }
        for position in positions {
            let page = Page { position, limit };
            let slice = fetch(page).await;
            check(ids, page, &slice);
        }
    }
}

/// Every id, right before and after it, and both ends.
fn places(ids: &[Uuid]) -> Vec<Uuid> {
    let mut places = vec![Uuid::nil(), Uuid::max()];
    for id in ids {
        let number = id.as_u128();
        places.extend([Uuid::from_u128(number - 1), *id, Uuid::from_u128(number + 1)]);
    }
    places
}

fn check(ids: &[Uuid], page: Page, slice: &Slice<Uuid>) {
    let limit = usize::try_from(page.limit.get()).unwrap();
    match page.position {
        Position::Newest => assert_eq!(slice.items, last(ids, limit), "{page:?}"),
        Position::Before(place) => {
            let before: Vec<Uuid> = ids.iter().copied().filter(|id| *id < place).collect();
            assert_eq!(slice.items, last(&before, limit), "{page:?}");
        }
        Position::After(place) => {
            let after: Vec<Uuid> = ids.iter().copied().filter(|id| *id > place).take(limit).collect();
            assert_eq!(slice.items, after, "{page:?}");
        }
        Position::Around(place) => check_around(ids, place, limit, &slice.items),
    }
    // Without a first and a last item nothing can be before or after them.
    if let (Some(first), Some(last)) = (slice.items.first(), slice.items.last()) {
        assert_eq!(slice.has_older, ids.iter().any(|id| id < first), "has_older of {page:?}: {slice:?}");
        assert_eq!(slice.has_newer, ids.iter().any(|id| id > last), "has_newer of {page:?}: {slice:?}");
    }
    if ids.is_empty() {
        assert!(!slice.has_older && !slice.has_newer, "{page:?}: {slice:?}");
    }
}

fn last(ids: &[Uuid], limit: usize) -> Vec<Uuid> {
    ids[ids.len().saturating_sub(limit)..].to_vec()
}

/// "About half" leaves the rounding open: one more or less is right.
fn check_around(ids: &[Uuid], place: Uuid, limit: usize, items: &[Uuid]) {
    let context = format!("{limit} around {place}: {items:?}");
    assert!(items.len() <= limit, "{context}");
    if ids.contains(&place) {
        assert!(items.contains(&place), "{context}");
    }
    let start = ids.iter().position(|id| items.first() == Some(id)).unwrap_or(0);
    assert_eq!(items, &ids[start..start + items.len()], "without gaps: {context}");

    let (older, newer) = (ids.iter().filter(|id| **id < place).count(), ids.iter().filter(|id| **id >= place).count());
    if older >= limit && newer >= limit {
        let before = items.iter().filter(|id| **id < place).count();
        assert!(before.abs_diff(limit / 2) <= 1, "half of them before it: {context}");
        assert_eq!(items.len(), limit, "{context}");
    }
    assert!(items.len() >= limit.min(ids.len()).min(limit / 2), "{context}");
}
