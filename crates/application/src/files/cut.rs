//! A document's text, cut into passages.

use stead_domain::{
    passage::Passage,
    ports::text_extractor::{ExtractedText, Place, TextPiece},
};

use crate::turn::estimate_tokens;

/// About how long a passage is at most, in tokens, and how much of that the head of a table may take.
const PASSAGE: u32 = 400;
const HEAD: u32 = 100;

/// Passages, numbered from 0. None spans two pieces; those of a table each begin with its first line.
pub(super) fn cut(text: &ExtractedText) -> Vec<Passage> {
    let texts = text.pieces.iter().flat_map(|piece| cut_piece(piece).into_iter().map(|text| (&piece.place, text)));
    let passage = |(n, (place, text)): (i32, (&Place, String))| {
        let tokens = i32::try_from(estimate_tokens(&text)).unwrap_or(i32::MAX);
        Passage { n, place: place.clone(), text, tokens, embedding: None }
    };
    (0..).zip(texts).map(passage).collect()
}

fn cut_piece(piece: &TextPiece) -> Vec<String> {
    let is_table = matches!(piece.place, Place::Sheet(_));
    let head = is_table.then(|| piece.text.lines().next()).flatten();
    let head = head.filter(|head| estimate_tokens(head) <= HEAD);
    let most = PASSAGE - head.map_or(0, estimate_tokens);
    let (mut units, mut passages) = (Vec::new(), Vec::new());
    // In a table a line belongs together, whatever stands in it.
    units_of(&piece.text, if is_table { 1 } else { 0 }, most, &mut units);
    let (mut passage, mut tokens) = (String::new(), 0);
    for unit in units {
        let more = estimate_tokens(unit);
        if tokens + more > most && !passage.trim().is_empty() {
            passages.push(std::mem::take(&mut passage));
            tokens = 0;
        }
        passage.push_str(unit);
        tokens += more;
    }
    passages.push(passage);
    let with_head = |(n, passage): (usize, String)| match head {
        Some(head) if n > 0 => format!("{head}\n{}", passage.trim()),
        _ => passage.trim().to_owned(),
    };
    let passages = passages.into_iter().filter(|passage| !passage.trim().is_empty());
    passages.enumerate().map(with_head).collect()
}

/// Parts of a text that are short enough, cut where it hurts least; joined they are the text.
fn units_of<'a>(text: &'a str, level: usize, most: u32, units: &mut Vec<&'a str>) {
    if estimate_tokens(text) <= most {
        units.push(text);
        return;
    }
    let parts: Vec<&str> = match level {
        0 => text.split_inclusive("\n\n").collect(),
        1 => text.split_inclusive('\n').collect(),
        2 => text.split_inclusive(['.', '!', '?', '。', '！', '？']).collect(),
        3 => text.split_inclusive(char::is_whitespace).collect(),
        _ => return units.extend(pieces(text, most)),
    };
    for part in parts {
        units_of(part, level + 1, most, units);
    }
}

/// A word without end, in pieces of so many characters.
fn pieces(mut rest: &str, most: u32) -> Vec<&str> {
    let step = usize::try_from(most).unwrap_or(1).max(1);
    let mut pieces = Vec::new();
    while let Some((end, _)) = rest.char_indices().nth(step) {
        let (piece, later) = rest.split_at(end);
        pieces.push(piece);
        rest = later;
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_text(place: Place, text: &str) -> Vec<Passage> {
        cut(&ExtractedText { pieces: vec![TextPiece { place, text: text.to_owned() }], incomplete: false })
    }

    #[test]
    fn a_short_piece_is_one_passage() {
        let pieces = vec![
            TextPiece { place: Place::Page(1), text: "One.\n\nTwo.".to_owned() },
            TextPiece { place: Place::Page(2), text: "Three.".to_owned() },
        ];
        let passages = cut(&ExtractedText { pieces, incomplete: false });
        let found: Vec<_> = passages.iter().map(|passage| (passage.n, &passage.place, passage.text.as_str())).collect();
        assert_eq!(found, [(0, &Place::Page(1), "One.\n\nTwo."), (1, &Place::Page(2), "Three.")]);
    }

    #[test]
    fn long_pieces_are_cut_where_it_hurts_least() {
        let paragraph = format!("{}\n\n", "A sentence about pears. ".repeat(20));
        let passages = cut_text(Place::Document, &paragraph.repeat(30));
        assert!(passages.len() > 5);
        assert!(passages.iter().all(|passage| passage.text.ends_with("pears.")), "between paragraphs");
        let one = cut_text(Place::Document, &"A sentence about pears. ".repeat(1_000));
        assert!(one.iter().all(|passage| passage.text.ends_with('.')), "between sentences");
        for text in ["x".repeat(100_000), "長い文".repeat(5_000), "word ".repeat(20_000)] {
            let passages = cut_text(Place::Document, &text);
            assert!(passages.iter().all(|passage| passage.tokens > 0 && passage.tokens <= 400), "{}", passages.len());
            let whole: String = passages.iter().map(|passage| passage.text.replace(' ', "")).collect();
            assert_eq!(whole, text.replace(' ', ""), "nothing is lost");
        }
    }

    #[test]
    fn each_passage_of_a_table_has_its_head() {
        let rows: String = (0..2_000).map(|n| format!("pears {n} | {n}.50\n")).collect();
        let passages = cut_text(Place::Sheet("Stock".into()), &format!("fruit | price\n{rows}"));
        assert!(passages.len() > 10);
        for passage in &passages {
            assert!(passage.text.starts_with("fruit | price\npears"), "{}", passage.text);
            assert!(passage.text.lines().all(|line| line.matches('|').count() == 1), "lines stay whole");
        }
        assert_eq!(passages.iter().filter(|passage| passage.text.contains("pears 1999 | 1999.50")).count(), 1);
    }
}
