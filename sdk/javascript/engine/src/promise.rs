//! Waiting for promises, in a plugin that does nothing else meanwhile.

use rquickjs::{Ctx, Error, Exception, Function, Promise, Result, Value};

/// Goes on until the promise is settled: with what is ready, and when nothing is, with the next timer.
pub fn settle<'js>(
    ctx: Ctx<'js>,
    promise: Promise<'js>,
    tick: Function<'js>,
) -> Result<Value<'js>> {
    loop {
        match promise.finish() {
            Err(Error::WouldBlock) => {}
            settled => return settled,
        }
        if !tick.call::<_, bool>(())? {
            return Err(Exception::throw_message(&ctx, "the promise never settled"));
        }
    }
}
