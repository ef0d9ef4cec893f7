"""The stub of the native module says what the module has."""

from __future__ import annotations

import ast
import inspect
import pathlib

from swarmscope import _native


def test_the_stub_names_every_function_with_its_parameters():
    stub = pathlib.Path(_native.__file__).with_name("_native.pyi")
    functions = {
        node.name: [argument.arg for argument in node.args.args]
        for node in ast.parse(stub.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    found = {
        name: list(inspect.signature(function).parameters)
        for name, function in vars(_native).items()
        if callable(function)
    }
    assert functions == found


def test_the_packages_say_that_they_are_typed():
    package = pathlib.Path(_native.__file__).parent
    for name in ("swarmscope", "logger_util", "metrics"):
        assert (package.parent / name / "py.typed").is_file()
