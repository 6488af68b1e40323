use std::collections::HashMap;

use stead_domain::run::Usage;

/// What models cost. One without a price costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Prices(HashMap<String, Price>);

/// What a million tokens cost, in millionths of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// Of prompts.
    pub input: i64,
    /// Of answers.
    pub output: i64,
    /// Of prompts that the endpoint had kept.
    pub cached: i64,
}

impl Prices {
    /// By the model's name.
    pub fn new(prices: impl IntoIterator<Item = (String, Price)>) -> Self {
        Self(prices.into_iter().collect())
    }

    /// The usage with what it costs: by the name that was asked for, else by the one that the model gave itself.
    pub fn applied(&self, asked: &str, answered: &str, usage: Usage) -> Usage {
        let Some(price) = self.0.get(asked).or_else(|| self.0.get(answered)) else { return usage };
        Usage { cost_micros: price.of(&usage), ..usage }
    }
}

impl Price {
    /// Rounded to the nearest millionth.
    fn of(self, usage: &Usage) -> i64 {
        let cached = usage.cached_tokens.unwrap_or(0).clamp(0, usage.input_tokens.max(0));
        let part = |tokens: i64, price: i64| i128::from(tokens.max(0)) * i128::from(price);
        let all = part(usage.input_tokens - cached, self.input)
            + part(cached, self.cached)
            + part(usage.output_tokens, self.output);
        i64::try_from((all + 500_000) / 1_000_000).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Prices {
        let price = Price { input: 2_000_000, output: 8_000_000, cached: 500_000 };
        Prices::new([("pear-1".to_owned(), price)])
    }

    fn cost(asked: &str, answered: &str, usage: Usage) -> i64 {
        prices().applied(asked, answered, usage).cost_micros
    }

    #[test]
    fn each_kind_of_token_has_its_price() {
        let usage = Usage { input_tokens: 1_000, output_tokens: 100, cached_tokens: Some(400), cost_micros: 0 };
        assert_eq!(cost("pear-1", "pear-1-2026", usage), 600 * 2 + 400 / 2 + 100 * 8);
        assert_eq!(cost("pear", "pear-1", usage), 2_200, "as it calls itself");
        assert_eq!(cost("other", "other", usage), 0);
        assert_eq!(cost("pear-1", "", Usage { cached_tokens: None, ..usage }), 1_000 * 2 + 100 * 8);
    }

    #[test]
    fn what_endpoints_say_is_not_relied_on() {
        let usage = Usage { input_tokens: 10, output_tokens: -5, cached_tokens: Some(1_000), cost_micros: 0 };
        assert_eq!(cost("pear-1", "", usage), 5);
        let vast = Usage { input_tokens: i64::MAX, output_tokens: i64::MAX, cached_tokens: None, cost_micros: 0 };
        assert_eq!(cost("pear-1", "", vast), i64::MAX);
        assert_eq!(
            cost("pear-1", "", Usage { input_tokens: 0, output_tokens: 0, cached_tokens: Some(-1), cost_micros: 0 }),
            0
        );
    }
}
