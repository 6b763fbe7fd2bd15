from workers import DurableObject


class Room(DurableObject):
    def names(self) -> list[str]:
        sql = self.ctx.storage.sql
        sql.exec("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, name TEXT)")
        sql.exec("INSERT INTO t (name) VALUES (?), (?)", "a", None)
        sql.exec("INSERT INTO t (name) VALUES (?)", b"bytes")
        cursor = sql.exec("SELECT * FROM t WHERE id > ?", 5)
        rows = cursor.toArray()
        for row in rows:
            print(row["name"], row.name)
        one = sql.exec("SELECT COUNT(*) AS n FROM t").one()
        print(one["n"] + 1, one.n)
        for row in sql.exec("SELECT * FROM t"):
            print(row["id"])
        for values in cursor.raw():
            print(values[0])
        for column in cursor.columnNames:
            reveal_type(column)  # T: str
        reveal_type(cursor.rowsRead)  # T: NUM
        reveal_type(cursor.rowsWritten)  # T: NUM
        reveal_type(sql.databaseSize)  # T: NUM
        step = cursor.next()
        if not step.done:
            print(step.value)
        cursor.fetchall()  # E
        cursor.one(1)  # E
        sql.exec(5)  # E
        sql.query("SELECT 1")  # E
        cursor.rows_read  # E
        return [row["name"] for row in rows]
