//! The node type `transform`: what a filter gives.

use jaq_core::{Ctx, Exn, Vars};
use jaq_json::{Map, Val, read};
use pocket_plugin_sdk::{Context, NodeMetadata, PluginNode};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::logger;
use crate::output::Output;
use crate::program::{Data, compiled};

/// Applies a filter.
pub struct Transform;

#[derive(Deserialize)]
struct Config {
    jq: String,
    multiple: bool,
}

impl PluginNode for Transform {
    type Input = Box<RawValue>;
    type Output = Box<RawValue>;

    fn exec_with(
        &self,
        input: Box<RawValue>,
        context: &Context<'_>,
    ) -> Result<Box<RawValue>, String> {
        logger::start();
        let config: Config = context.config()?;
        let filter = compiled(&config.jq).map_err(|problems| format!("{problems:?}"))?;
        let input =
            read::parse_single(input.get().as_bytes()).map_err(|error| error.to_string())?;
        let context = Ctx::<Data>::new(&filter.lut, Vars::new([Val::obj(Map::default())]));
        let mut results = filter.id.run((context, input)).map(|result| result.map_err(raised));
        let value = if config.multiple { all(results) } else { only(&mut results) }?;
        to_raw_value(&Output(&value)).map_err(|error| error.to_string())
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "transform".to_owned(),
            category: "data".to_owned(),
            description: "Gives what a jq filter makes of its input".to_owned(),
            ..NodeMetadata::default()
        }
    }
}

fn all(results: impl Iterator<Item = Result<Val, String>>) -> Result<Val, String> {
    results.collect::<Result<Vec<_>, _>>().map(|values| Val::Arr(values.into()))
}

/// Gives the one result, null where there is none.
fn only(results: &mut impl Iterator<Item = Result<Val, String>>) -> Result<Val, String> {
    let Some(value) = results.next().transpose()? else {
        return Ok(Val::Null);
    };
    match results.next().transpose()? {
        None => Ok(value),
        Some(_) => Err("the filter gives several results; take one with first(...), collect them with [...], or set multiple".to_owned()),
    }
}

/// Says what a filter raised; of anything but a text its JSON.
fn raised(exception: Exn<'_, Val>) -> String {
    match exception.get_err().map(jaq_core::Error::into_val) {
        Ok(Val::TStr(text)) => String::from_utf8_lossy(&text).into_owned(),
        Ok(value) => value.to_string(),
        Err(_) => "the filter halts, but a workflow goes on after it".to_owned(),
    }
}
