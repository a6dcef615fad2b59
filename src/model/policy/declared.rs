//! How the switches of a policy are declared: each once, with all there is to say about it.

/// Declares a structure of switches. Of each: what it means, which the control API shows; its type; the value of the
/// preset `default`; and the value of each other preset that has another.
///
/// ```text
/// /// What the switch decides, in a sentence.
/// name: Type = value, Portal: other_value;
/// ```
macro_rules! switches {
    ($(#[$about:meta])* $switches:ident {
        $($(#[$meaning:meta])* $name:ident: $type:ty = $value:expr $(, $preset:ident: $other:expr)*;)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $switches {
            $($(#[$meaning])* pub $name: $type,)*
        }

        impl $switches {
            /// All switches as a preset sets them.
            pub fn preset(preset: Preset) -> Self {
                Self {
                    $($name: match preset {
                        $(Preset::$preset => $other,)*
                        _ => $value,
                    },)*
                }
            }
        }

        impl Default for $switches {
            fn default() -> Self {
                Self::preset(Preset::Default)
            }
        }
    };
}

pub(super) use switches;
