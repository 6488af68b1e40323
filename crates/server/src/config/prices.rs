//! What models cost, as `llm.prices` says it.

use std::{collections::BTreeMap, fmt, str::FromStr};

use stead_application::metering::{Price, Prices};

/// `name = input output cached`, one model a line: the price of a million tokens of prompts, of answers, and of prompts that
/// the endpoint had kept. Without the last, those cost what others do; without the second, answers cost nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceList(BTreeMap<String, Price>);

/// So many digits after the point: prices are kept in millionths.
const DIGITS: usize = 6;

impl PriceList {
    /// The same for the use cases.
    pub fn prices(&self) -> Prices {
        Prices::new(self.0.iter().map(|(model, price)| (model.clone(), *price)))
    }
}

impl FromStr for PriceList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut prices = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let wrong = || format!("{line:?} is not `model = input output cached`, with prices from 0 to 1000000");
            let (model, price) = line.split_once('=').ok_or_else(wrong)?;
            let (model, price) = (model.trim().to_owned(), price_of(price).ok_or_else(wrong)?);
            if model.is_empty() {
                return Err(wrong());
            }
            if prices.insert(model.clone(), price).is_some() {
                return Err(format!("{model:?} has two prices"));
            }
        }
        Ok(Self(prices))
    }
}

fn price_of(text: &str) -> Option<Price> {
    let numbers: Option<Vec<i64>> = text.split_whitespace().map(micros).collect();
    match numbers?.as_slice() {
        [input] => Some(Price { input: *input, output: 0, cached: *input }),
        [input, output] => Some(Price { input: *input, output: *output, cached: *input }),
        [input, output, cached] => Some(Price { input: *input, output: *output, cached: *cached }),
        _ => None,
    }
}

/// A price such as `0.075` in millionths.
fn micros(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > DIGITS {
        return None;
    }
    let (whole, part) = (whole.parse::<i64>().ok()?, format!("{part:0<DIGITS$}").parse::<i64>().ok()?);
    (whole <= 1_000_000).then(|| whole * 1_000_000 + part)
}

impl fmt::Display for PriceList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |micros: i64| {
            let text = format!("{}.{:0DIGITS$}", micros / 1_000_000, micros % 1_000_000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|(model, Price { input, output, cached })| {
                format!("{model} = {} {} {}", shown(*input), shown(*output), shown(*cached))
            })
            .collect();
        f.write_str(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_and_shown_to_the_millionth() {
        let text = "\n# chat\n gpt-4.1 = 2 8 0.5 \n\nqwen/qwen3:8b=0.075 0.3\ntext-embedding-3-small = 0.02\n";
        let read: PriceList = text.parse().unwrap();
        let price = |input, output, cached| Price { input, output, cached };
        assert_eq!(read.0["gpt-4.1"], price(2_000_000, 8_000_000, 500_000));
        assert_eq!(read.0["qwen/qwen3:8b"], price(75_000, 300_000, 75_000));
        assert_eq!(read.0["text-embedding-3-small"], price(20_000, 0, 20_000));
        let shown = read.to_string();
        assert_eq!(shown.lines().next(), Some("gpt-4.1 = 2 8 0.5"));
        assert_eq!(shown.parse::<PriceList>().unwrap(), read);
        assert_eq!("".parse::<PriceList>().unwrap(), PriceList::default());
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for wrong in
            ["a", "= 1", "a =", "a = -1", "a = 1,5", "a = 1 2 3 4", "a = .5", "a = 0.0000001", "a = 1000001", "a = 1 x"]
        {
            assert!(wrong.parse::<PriceList>().unwrap_err().contains(wrong), "{wrong}");
        }
        assert!("a = 1\na = 2".parse::<PriceList>().unwrap_err().contains("two prices"));
    }
}
