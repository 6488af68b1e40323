use std::{collections::HashMap, sync::LazyLock};

/// How much a word says about what a text is about. In a language that nobody wrote down here every word says much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Telling {
    /// It stands in texts about anything: articles, pronouns, greetings.
    Nothing,
    /// It is among the most common words of its language, or an abbreviation.
    Little,
    /// What is left.
    Much,
}

/// Of English, as `words` cuts it.
const NOTHING: &str = "\
    a about actually after again against ah all already also am an and any anybody anyone anything are aren arent as \
    at back be because been before being between both but by can cant come could couldn couldnt d day did didn didnt \
    do does doesn doesnt doing don done dont down during each even every everybody everyone everything few first for \
    from further get gets getting give go goes going gone good got had has hasn hasnt have haven havent having he \
    hello her here hes hey hi him his hmm how i id if ill im in into is isn isnt it its ive just know let lets like \
    ll lol look m make many may maybe me might more most much must my new no nobody nope not nothing now of off oh \
    ok okay on once one only or other our out over own people please probably re really right s said same say says \
    see shall she shes should shouldn shouldnt so some somebody someone something still stuff such sure t take tell \
    than thank thanks that thats the their them then there theres these they theyre theyve thing things think this \
    those through time to told too two um under up us use ve very want was wasn wasnt way we well went were weren \
    weve what whats when where which while who why will with won wont work would wouldn wouldnt yeah year yep yes \
    you youd youll your youre youve";

/// Of English.
const LITTLE: &str = "\
    able above across add ago allow almost along although always among another answer answers apparently appear area \
    around ask asked asking asks bad basically become becomes begin behind believe below besides best better beyond \
    big bit body bring build business buy call called calls came case certain certainly change changed child clear \
    clearly comes coming company consider continue country couple course create cut days decide definitely despite \
    details die different early easily easy eight else end enough especially ever exactly example except expect fact \
    fall false family feel feels felt find finding finds fine five follow found four free full gave given gives \
    government great group grow guess guy guys half hand happen happened happens hard head hear heard help helped \
    helping helps hence high hold home hope hour house however hundred idea ideas important include info information \
    inside instead issue issues job keep keeps kept kill kind kinds knew known knows large last late later lead \
    learn leave left life line list little live long looked looking looks lose lost lot lots love low made makes \
    making man matter mean means meant meet men million minute moment money month morning mother move name names \
    near need needed needs never next nice night nine number obviously offer often old onto open outside part pass \
    pay per perhaps person place play point possible problem problems program public pull put puts question \
    questions quickly quite raise ran rather reach read real reason reasons remain remember report require room run \
    running runs saw school second seeing seem seemed seems seen sees sell send sense serve set seven several short \
    show showed shown shows side similar simple simply since single six small sometimes soon sorry sort speak spend \
    start started starts state stay stop stopped story student suggest system taken takes ten therefore thinks third \
    though thought thousand three thus times today tomorrow took toward towards tried tries true try trying turn \
    turned twice type types understand until upon used uses using usually various via wait wanted wants watch water \
    week whole win wish within without woman women wonder word words worked working works world worse worst write \
    wrong years yesterday yet young";

static COMMON: LazyLock<HashMap<&str, Telling>> = LazyLock::new(|| {
    let words = |words: &'static str, telling| words.split_whitespace().map(move |word| (word, telling));
    words(LITTLE, Telling::Little).chain(words(NOTHING, Telling::Nothing)).collect()
});

/// How much a word says, as it is compared.
pub fn telling(folded: &str) -> Telling {
    let is_short = folded.len() <= 2 && folded.bytes().all(|byte| byte.is_ascii_alphabetic());
    let known = COMMON.get(folded).copied();
    known.unwrap_or(if is_short { Telling::Little } else { Telling::Much })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::folded_words;

    #[test]
    fn a_word_is_in_one_list_and_as_it_is_compared() {
        assert_eq!(COMMON.len(), NOTHING.split_whitespace().chain(LITTLE.split_whitespace()).count());
        assert!(COMMON.keys().all(|word| folded_words(word) == [*word]));
    }

    #[test]
    fn what_stands_everywhere_says_nothing() {
        for (word, expected) in [
            ("the", Telling::Nothing),
            ("thanks", Telling::Nothing),
            ("problem", Telling::Little),
            ("qt", Telling::Little),
            ("x2", Telling::Much),
            ("kernel", Telling::Much),
            ("größe", Telling::Much),
            ("京", Telling::Much),
        ] {
            assert_eq!(telling(word), expected, "{word}");
        }
    }
}
