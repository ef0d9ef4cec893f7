import os
import sqlite3

from swarm.errors import StoreError


class Store:
    def __init__(self, path=":memory:"):
        self.database = sqlite3.connect(path)

    def insert(self, task):
        self.database.execute("create table if not exists tasks (id text primary key)")
        self.database.execute("insert into tasks values (?)", (task,))

    def read(self, table):
        return self.database.execute(f"select * from {table}").fetchall()

    def load(self, key):
        try:
            return self.table()[key]
        except KeyError as error:
            raise StoreError(f"no record of {key}") from error

    def table(self):
        return {}


def open_file(path):
    with open(path) as file:
        return file.read()


def validate(record):
    if "id" not in record:
        raise ValueError("record has no id")
    return record
