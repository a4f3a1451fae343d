//! The standard streams: request and response of a command, lines of the log everywhere else.

use crate::abi::imports::LINE_BYTES;

/// A stream that goes to the log a line at a time, in however many pieces it is written.
#[derive(Default)]
pub struct Lines(Vec<u8>);

impl Lines {
    /// Takes bytes in and gives every line that they complete.
    pub fn take(&mut self, mut bytes: &[u8], mut line: impl FnMut(&[u8])) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.add(&bytes[..end], &mut line);
            line(&self.0);
            self.0.clear();
            bytes = &bytes[end + 1..];
        }
        self.add(bytes, &mut line);
    }

    /// Keeps the start of a line, cut where a line of the log is.
    fn add(&mut self, mut bytes: &[u8], line: &mut impl FnMut(&[u8])) {
        let most = LINE_BYTES as usize;
        while self.0.len() + bytes.len() > most {
            let (head, tail) = bytes.split_at(most - self.0.len());
            self.0.extend_from_slice(head);
            line(&self.0);
            self.0.clear();
            bytes = tail;
        }
        self.0.extend_from_slice(bytes);
    }

    /// Gives what has no end of line yet.
    pub fn flush(&mut self, line: impl FnOnce(&[u8])) {
        if !self.0.is_empty() {
            line(&self.0);
            self.0.clear();
        }
    }
}

/// stdin and stdout of a command during one call; in a reactor both are empty.
#[derive(Default)]
pub struct Exchange {
    request: Vec<u8>,
    read: usize,
    response: Vec<u8>,
    /// Most bytes of the response; None where stdout goes to the log.
    most: Option<usize>,
    /// Whether the response grew beyond that.
    pub overflowed: bool,
}

impl Exchange {
    pub fn begin(&mut self, request: &[u8], most: usize) {
        *self = Self { request: request.to_vec(), most: Some(most), ..Self::default() };
    }

    pub fn is_command(&self) -> bool {
        self.most.is_some()
    }

    /// Ends the call: nobody reads the request any more.
    pub fn finish(&mut self) {
        self.request = Vec::new();
    }

    /// What the command has written.
    pub fn output(&self) -> &[u8] {
        &self.response
    }

    pub fn unread(&self) -> usize {
        self.request.len() - self.read
    }

    pub fn read(&mut self, into: &mut [u8]) -> usize {
        let count = into.len().min(self.unread());
        into[..count].copy_from_slice(&self.request[self.read..self.read + count]);
        self.read += count;
        count
    }

    /// Adds to the response; false once it is too large, which ends the call.
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        let length = self.response.len() + bytes.len();
        let most = self.most.unwrap_or(0);
        self.overflowed |= length > most;
        if self.overflowed {
            return false;
        }
        if length > self.response.capacity() {
            let room = (length * 2).min(most).max(length) - self.response.len();
            self.response.reserve_exact(room);
        }
        self.response.extend_from_slice(bytes);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        let (mut stream, mut got) = (Lines::default(), Vec::new());
        for piece in pieces {
            stream.take(piece, |line| got.push(line.to_vec()));
        }
        stream.flush(|line| got.push(line.to_vec()));
        got
    }

    #[test]
    fn a_line_in_pieces_is_one_line() {
        assert_eq!(lines(&[b"one ", b"line", b"\nand", b" more"]), [&b"one line"[..], b"and more"]);
        assert_eq!(lines(&[b"a\n\nb\n"]), [&b"a"[..], b"", b"b"]);
    }

    #[test]
    fn a_long_line_is_cut_into_pieces_of_the_longest_line() {
        let got = lines(&[&[b'x'; 3000], &[b'x'; 6000], b"\n"]);
        assert_eq!(got.iter().map(Vec::len).collect::<Vec<_>>(), [4096, 4096, 808]);
    }

    #[test]
    fn a_response_at_the_cap_is_whole_and_one_beyond_it_is_told() {
        let mut exchange = Exchange::default();
        exchange.begin(b"", 4);
        assert!(exchange.write(b"12") && exchange.write(b"34"));
        assert!(!exchange.write(b"5") && exchange.overflowed);
        assert_eq!(exchange.output(), b"1234");
    }
}
