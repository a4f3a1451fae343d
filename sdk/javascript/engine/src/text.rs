//! UTF-8 to text and back.

use rquickjs::convert::List;
use rquickjs::{Ctx, Exception, Result, TypedArray};

pub fn encode(ctx: Ctx<'_>, text: String) -> Result<TypedArray<'_, u8>> {
    TypedArray::new(ctx, text.into_bytes())
}

/// Gives the text, None where `fatal` and it is not UTF-8, and how many bytes it was made of: where
/// more will follow, a character may still be whole.
pub fn decode<'js>(
    ctx: Ctx<'js>,
    bytes: TypedArray<'js, u8>,
    fatal: bool,
    more: bool,
) -> Result<List<(Option<String>, usize)>> {
    // SAFETY: no JavaScript runs while the bytes are borrowed.
    let all = unsafe { bytes.as_bytes() }
        .ok_or_else(|| Exception::throw_type(&ctx, "the buffer is detached"))?;
    let whole = if more {
        all.len() - begun(all)
    } else {
        all.len()
    };
    let bytes = &all[..whole];
    let text = if fatal {
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    } else {
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    Ok(List((text, whole)))
}

/// How many bytes at the end are a character that is not whole.
fn begun(bytes: &[u8]) -> usize {
    (1..=bytes.len().min(3))
        .find(|count| {
            let end = &bytes[bytes.len() - count..];
            matches!(std::str::from_utf8(end), Err(e) if e.valid_up_to() == 0 && e.error_len().is_none())
        })
        .unwrap_or(0)
}
