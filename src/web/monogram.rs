//! Letters in a coloured disc that stand for a person or a client without a picture.

/// What the disc shows: one or two letters, and which of the stylesheet's colours it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monogram {
    pub letters: String,
    /// 0 to 5: `.monogram-0` to `.monogram-5` in the stylesheet.
    pub hue: u8,
}

/// The first letters of the first and the last word; the colour is always the same for the same name.
pub fn monogram(name: &str) -> Monogram {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    let letters = [first, last]
        .into_iter()
        .flatten()
        .flat_map(char::to_uppercase)
        .collect();
    let sum = name.bytes().fold(0u8, |sum, byte| sum.wrapping_mul(31) ^ byte);
    Monogram { letters, hue: sum % 6 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_give_two_characters_and_every_name_gives_a_safe_monogram() {
        let letters = |name| monogram(name).letters;

        assert_eq!(letters("Anne Rogers"), "AR");
        assert_eq!(letters("anne van der berg"), "AB");
        assert_eq!(letters("Çağla"), "Ç");
        assert_eq!(letters("(Ñ) 2"), "Ñ2");
        assert_eq!(letters(" -- "), "");
    }
}
