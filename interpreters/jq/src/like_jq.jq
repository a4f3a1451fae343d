# What jq 1.7 has and jaq has not, or gives another result for.

def ascii: [.] | implode;
def have_decnum: false;
def have_literal_numbers: true;
def input_line_number: 0;
def leaf_paths: paths(scalars);
def repeat(f): def again: ., (f | again); again;
def reverse: if type == "string" then explode | [.[-range(1; length + 1)]] | implode
  elif . == null then [] else [.[-range(1; length + 1)]] end;
def toarray: if type == "array" then . else [.] end;
def ltrimstr($part): if type == "string" and ($part | type) == "string" and startswith($part)
  then .[($part | length):] else . end;
def rtrimstr($part): if type == "string" and ($part | type) == "string" and endswith($part)
  then .[:length - ($part | length)] else . end;

def plain_text: if . == null then "" elif type == "array" or type == "object"
  then error("a text cannot be joined with an \(type)") else tostring end;
def join($between): map(plain_text) | .[:-1][] += $between | add // "";

def IN(stream): . as $wanted | any(stream; . == $wanted);
def IN(source; stream): . as $all | any(source; . as $wanted | any($all | stream; . == $wanted));
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] = $row);
def INDEX(f): INDEX(.[]; f);
def from_entries: reduce .[] as $entry ({};
  ($entry | .key // .k // .name // .Name // .K // .Key
    | if . == null then $entry.key end | if type != "string" then tojson end) as $key
  | .[$key] = ($entry | if has("value") then .value elif has("v") then .v else .Value end));

# Gives null where there is nothing, and makes what is not there yet.
def room($key): if . == null then (if ($key | type) == "number" then [] else {} end) end
  | if type == "array" and ($key | type) == "number" and $key > length
    then . + [range($key - length) | null] end;
def setpath($path; $value): if $path == [] then $value else
  $path[0] as $key | room($key) | (.[$key]? | setpath($path[1:]; $value)) as $new
  | if type == "array" and $key == length then . + [$new] else .[$key] = $new end end;
def there($parent; $key): ($key | type) == "object" or ($parent | type == "object" and has($key)
  or type == "array" and $key < length and $key >= -length);
def delpaths($paths): reduce ($paths | unique | reverse[]) as $path (.;
  if $path == [] then null
  elif there(getpath($path[:-1]); $path[-1]) then getpath($path) |= empty end);
def del(f): delpaths([path(f)]);

def tostream: def events($path): if (type == "array" or type == "object") and length > 0
    then keys_unsorted as $keys
      | ($keys[] as $key | .[$key] | events($path + [$key])), [$path + [$keys[-1]]]
    else [$path, .] end;
  events([]);
def fromstream(events): foreach events as $event ({};
  (if .whole then {} end) | ($event | length) as $parts
  | .whole = ($event[0] | length == (if $parts == 2 then 0 else 1 end))
  | if $parts == 2 then .value = (.value | setpath($event[0]; $event[1])) end;
  if .whole then .value else empty end);
def truncate_stream(events): . as $depth
  | events | if (.[0] | length) > $depth then .[0] |= .[$depth:] else empty end;

def replaced($old; $new): . / $old | join($new);
def @html: tostring | escape_html | replaced("&apos;"; "&#39;");
def row(f; $between): if type != "array" then error("only an array can be a row") end
  | map(if type == "string" then f else plain_text end) | join($between);
def @csv: row("\"" + replaced("\""; "\"\"") + "\""; ",");
def @tsv: row(replaced("\\"; "\\\\") | replaced("\t"; "\\t") | replaced("\n"; "\\n")
  | replaced("\r"; "\\r"); "\t");
