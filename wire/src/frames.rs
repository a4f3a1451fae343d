//! The frames of calls and of their results (docs/protocol.md), many at a time. All others are left
//! to the general code: there are few of them.

const CALL: u8 = 1;
const RESULT: u8 = 17;

const ARRAY_OF_3: u8 = 0x93;
const ARRAY_OF_7: u8 = 0x97;
const UINT_32: u8 = 0xce;
const UINT_64: u8 = 0xcf;
const BIN_32: u8 = 0xc6;

/// Length, head of the array, kind, id, head of the payload.
const HEAD: usize = 4 + 1 + 1 + 5 + 5;
/// Two numbers of 32 bits and two of 64.
const TAIL: usize = 5 + 5 + 9 + 9;

/// The result of one call.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome<'a> {
    pub payload: &'a [u8],
    pub wall_us: u64,
    pub cpu_us: u64,
    pub memory_bytes: u64,
    pub fuel: u64,
}

/// Appends the frame of a call; false where the payload is longer than a frame can say.
pub fn write_call(into: &mut Vec<u8>, id: u32, payload: &[u8]) -> bool {
    let Ok(length) = u32::try_from(payload.len()) else { return false };
    let Some(body) = length.checked_add(HEAD as u32 - 4) else { return false };
    into.extend_from_slice(&body.to_le_bytes());
    into.extend_from_slice(&[ARRAY_OF_3, CALL, UINT_32]);
    into.extend_from_slice(&id.to_be_bytes());
    into.push(BIN_32);
    into.extend_from_slice(&length.to_be_bytes());
    into.extend_from_slice(payload);
    true
}

/// Reads a result in the form in which workers write it, and the bytes that it took. None for
/// anything else, which need not be wrong.
pub fn read_result(data: &[u8], id: u32) -> Option<(Outcome<'_>, usize)> {
    let head = data.get(..HEAD)?;
    if head[4..7] != [ARRAY_OF_7, RESULT, UINT_32] || head[7..11] != id.to_be_bytes() {
        return None;
    }
    if head[11] != BIN_32 {
        return None;
    }
    let length = u32::from_be_bytes(head[12..].try_into().ok()?) as usize;
    let end = HEAD.checked_add(length)?;
    let whole = end.checked_add(TAIL)?;
    if u32::from_le_bytes(head[..4].try_into().ok()?) as usize != whole - 4 {
        return None;
    }
    let tail = data.get(end..whole)?;
    let [wall, cpu, memory, fuel] = [&tail[..5], &tail[5..10], &tail[10..19], &tail[19..]];
    if [wall[0], cpu[0], memory[0], fuel[0]] != [UINT_32, UINT_32, UINT_64, UINT_64] {
        return None;
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let outcome = Outcome {
        payload: &data[HEAD..end],
        wall_us: number(&wall[1..]),
        cpu_us: number(&cpu[1..]),
        memory_bytes: number(&memory[1..]),
        fuel: number(&fuel[1..]),
    };
    Some((outcome, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(wanted: &str) -> Vec<u8> {
        let text = include_str!("../../tests/vectors/frames.txt");
        let found = text.lines().find_map(|line| line.strip_prefix(wanted)?.strip_prefix(' '));
        let hex = found.unwrap_or_default();
        let byte = |at: usize| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap_or(0);
        (0..hex.len() / 2).map(byte).collect()
    }

    #[test]
    fn the_shared_vectors_read_and_write_the_same() {
        let mut written = Vec::new();
        assert!(write_call(&mut written, 7, b"{}"));
        assert_eq!(written, vector("call"));
        let frame = vector("result");
        let outcome =
            Outcome { payload: b"{}", wall_us: 1, cpu_us: 300, memory_bytes: 65_536, fuel: 5_000 };
        assert_eq!(read_result(&frame, 7), Some((outcome, frame.len())));
    }

    #[test]
    fn another_id_a_cut_and_a_changed_byte_are_left_to_others() {
        let frame = vector("result");
        assert_eq!(read_result(&frame, 8), None);
        for end in 0..frame.len() {
            assert_eq!(read_result(&frame[..end], 7), None);
        }
        // Lengths and tags; the rest are the numbers and the payload itself.
        for at in (0..16).chain([18, 23, 28, 37]) {
            let mut changed = frame.clone();
            changed[at] ^= 0x80;
            assert_eq!(read_result(&changed, 7), None, "byte {at}");
        }
    }
}
