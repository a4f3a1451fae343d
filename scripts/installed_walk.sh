#!/usr/bin/env bash
# An author's first steps with a Pocket that pip has installed, in an empty folder.
# usage: installed_walk.sh FOLDER_OF_POCKET LANGUAGE...
set -euo pipefail
export PATH=$1:$PATH
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export POCKET_HOME=$work/home
unset PYTHONPATH

for language; do
  name=say-$language
  pocket plugins new "$name" --lang "$language"
  (
    cd "$name"
    pocket plugins build
    pocket plugins test
    pocket plugins package
    pocket plugins install "$name.tar.gz"
  )
  cat > workflow.yaml <<END
name: greeting
nodes:
  - name: say
    type: $name
    config:
      marks: 2
END
  pocket run workflow.yaml --input '{"text": "hello"}' | tee said
  grep -qF 'HELLO!!' said
done
