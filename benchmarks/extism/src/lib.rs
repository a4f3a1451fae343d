//! The logic of `examples/plugins/statistics` on Extism's development kit, to be measured beside it.

use extism_pdk::{FnResult, Json, WithReturnCode, plugin_fn};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Input {
    numbers: Vec<f64>,
}

#[derive(Serialize)]
struct Output {
    sum: f64,
    average: f64,
    min: f64,
    max: f64,
}

#[plugin_fn]
pub fn statistics(Json(input): Json<Input>) -> FnResult<Json<Output>> {
    if input.numbers.is_empty() {
        return Err(WithReturnCode::new(extism_pdk::Error::msg("Input array is empty"), 1));
    }
    let sum: f64 = input.numbers.iter().sum();
    Ok(Json(Output {
        sum,
        average: sum / input.numbers.len() as f64,
        min: input.numbers.iter().copied().fold(f64::INFINITY, f64::min),
        max: input.numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }))
}
