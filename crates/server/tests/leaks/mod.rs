//! What a model is told, and what anybody is shown, holds nothing that not all of its readers may read.
//!
//! Every place holds a word of its own. Whoever asks, and however: the words that the model was told are those of places that
//! all who read the answer are in.

mod injections;
mod logs;
mod moments;
mod places;
mod prompts;
mod random;
mod rights;
mod sweep;
