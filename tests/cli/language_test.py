#!/usr/bin/env python3
"""What the program says in Chinese, and what stays English for programs.

usage: language_test.py TAGSMITH_BINARY [unittest arguments]
"""

import json
import re
import sys
import unittest

from cli import BINARY, ProjectTest, columns_of

CHINESE = {"LANG": "zh_CN.UTF-8"}
HAN = re.compile(r"[\u4e00-\u9fff，。：；（）]")
DAY = ("--as-of", "2025-11-22")


class LanguageTest(ProjectTest):
    def setUp(self):
        super().setUp()
        self.put("tags/value.yaml", "tags:\n"
                 "  - { id: 1, code: vip, when: \"level = 'VIP'\" }\n"
                 "  - { id: 2, code: adult, when: age >= 18 }\n")

    def chinese(self, *arguments, **changes):
        return self.tagsmith(*arguments, **{**CHINESE, **changes})

    def assert_english(self, said):
        self.assertNotRegex(said.out + said.err, HAN)

    def refuse(self):
        self.put("tags/value.yaml", "tags:\n  - { id: 1, code: vip, when: \"levle = 'VIP'\" }\n")


class Environment(LanguageTest):
    def test_the_first_that_says_anything_decides(self):
        for changes, is_chinese in (
                ({"LANG": "zh_CN.UTF-8"}, True), ({"LANG": "zh_CN.GBK"}, True), ({"LANG": "zh"}, True),
                ({"LANG": "zh_SG.utf8"}, True), ({"LANG": "zh_CN@stroke"}, True), ({"LANG": "zh_TW.UTF-8"}, False),
                ({"LANG": "zh_CNX"}, False), ({"LANG": ""}, False),
                ({"LANG": "C", "LC_MESSAGES": "zh_CN"}, True), ({"LANG": "zh_CN", "LC_MESSAGES": "C"}, False),
                ({"LANG": "C", "LC_MESSAGES": "C", "LC_ALL": "zh_CN"}, True),
                ({"LANG": "zh_CN", "LC_MESSAGES": "zh_CN", "LC_ALL": "en_US.UTF-8"}, False),
                ({"LANG": "zh_CN", "LC_MESSAGES": "", "LC_ALL": ""}, True)):
            with self.subTest(**changes):
                said = self.tagsmith("validate", **changes)
                self.assertEqual("一切正常" in said.out, is_chinese, said)
                self.assertEqual("all good" in said.out, not is_chinese, said)


class Errors(LanguageTest):
    def test_the_error_of_a_rule_with_its_hint(self):
        self.refuse()
        said = self.chinese("validate", code=2)
        self.assertIn("tags/value.yaml:2:32: E_COLUMN_UNKNOWN: 没有哪个表有列 'levle'; 是不是想写 'level'？\n", said.out)
        self.assertIn("1 个标签，1 条规则，1 张表，0 个测试：1 个文件中有 1 处错误\n", said.out)
        shown = self.on_terminal("run", *DAY, "--color", "never", **CHINESE).err
        self.assertIn("tags/value.yaml:2:32: E_COLUMN_UNKNOWN: 没有哪个表有列 'levle'\n  提示: 是不是想写 'level'？\n", shown)

    def test_a_rule_that_cannot_be_read(self):
        self.put("tags/value.yaml", "tags:\n  - { id: 1, code: vip, when: \"age == 18\" }\n")
        self.assertIn("应为比较运算符（'='、'<' 等）、'in'、'between' 或 'is'，实际是 '=='; 写成 '='", self.chinese("validate").out)

    def test_wrong_usage(self):
        said = self.chinese("why", "ann", "--lvie", code=2)
        self.assertEqual(said.err, "tagsmith: 不认识的参数：--lvie\n提示: 是不是想写 '--live'？ 参见 tagsmith why --help\n")
        self.assertIn("缺少 USER", self.chinese("why", code=2).err)
        self.assertIn("--color：blue 不在 {auto,always,never} 之中", self.chinese("why", "a", "--color", "blue").err)

    def test_a_file_that_is_not_there(self):
        said = self.chinese("grant", "--file", "gone.csv", "vip")
        self.assertIn("无法打开 'gone.csv'：没有那个文件或目录", said.err)

    def test_codes_and_names_stay(self):
        said = self.chinese("grant", "user_number_0001", "plan", "--new-users", code=2)
        self.assertIn("E_EDIT", said.err)
        self.assertIn("没有代码或 ID 为 'plan' 的标签", said.err)


class Reports(LanguageTest):
    def test_a_plan_and_its_run(self):
        plan = self.chinese("plan", *DAY, "--why", "1", code=0)
        self.assertRegex(plan.out, r"标签 +之前 +之后 +进入 +离开 +用户\n")
        self.assertRegex(plan.out, r"\+user_number_0001 +level = 'VIP' 为 true")
        self.assertIn("基准日期 2025-11-22：查看了 60 个用户，将写入 52 行，74 次进入，0 次离开\n", plan.out)
        run = self.chinese("run", *DAY, code=0)
        self.assertIn("运行 1，基准日期 2025-11-22：查看了 60 个用户，写入 52 行，74 次进入，0 次离开\n", run.out)
        self.assertIn("上次运行    1，基准日期 2025-11-22", self.chinese("health", code=0).out)

    def test_columns(self):
        shown = self.chinese("columns", "--table", "users=users.csv", "--key", "user_id", code=0).out
        self.assertRegex(shown, r"users：60 行\n  列 +类型 +null +不同值 +最常见的值\n")

    def test_why(self):
        self.run_once()
        said = self.chinese("why", "user_number_0001")
        self.assertIn("用户 'user_number_0001'", said.out)
        self.assertRegex(said.out, r"标签 1 vip：自 .* UTC 起，由规则给出")
        self.assertIn("现在，基准日期", said.out)

    def test_tables_of_wide_signs_align(self):
        self.run_once()
        for arguments in (("tags", "list"), ("runs", "list"), ("history", "user_number_0001")):
            with self.subTest(arguments):
                heading, *rows = self.chinese(*arguments, code=0).out.splitlines()
                starts = {columns_of(heading[:found.start()]) for found in re.finditer(r"(?<=  )\S", heading)}
                row = rows[0]
                ends = {columns_of(row[:end]) for end in range(len(row) + 1)}
                self.assertLessEqual({start for start in starts if start < columns_of(row)}, ends, (heading, row))

    def test_a_held_tag_is_told_in_the_language_of_who_asks(self):
        self.run_once()
        self.put("users.csv", "user_id,age,level,a_column_of_long_texts\n" + "".join(
            f"user_number_{i:04},{10 + i % 50},basic,x\n" for i in range(60)))
        shown = self.chinese("run", "--as-of", "2025-11-23", code=3).out
        self.assertIn("挂起：vip，其成员不变：标签 vip 将失去全部 30 个成员\n", shown)
        self.assertIn("  如果没有问题：tagsmith run --accept to_zero:vip\n", shown)
        self.assertIn("标签 vip 将失去全部 30 个成员", self.chinese("health").out)
        self.assertIn("tag vip would lose all of its 30 members", self.tagsmith("health").out)
        stored = json.loads(self.chinese("health", "--json").out)
        self.assertEqual(stored["held"][0]["why"], "tag vip would lose all of its 30 members")

    def test_why_a_refused_tag_is_held_is_stored_in_english(self):
        self.run_once()
        self.refuse()
        self.chinese("run", "--as-of", "2025-11-23", "--skip-refused")
        self.assertIn("no table has a column 'levle'", self.tagsmith("health").out)
        self.assertIn("没有哪个表有列 'levle'", self.chinese("health").out)


class Programs(LanguageTest):
    def test_json_is_english(self):
        self.run_once()
        for arguments in (("validate",), ("test",), ("plan", "--as-of", "2025-11-23"), ("runs", "list"), ("health",),
                          ("why", "user_number_0001"), ("tags", "list"), ("history", "user_number_0001"),
                          ("users", "has_tag('vip')"), ("feed", "--after", "0")):
            with self.subTest(arguments):
                said = self.chinese(*arguments, "--json")
                self.assertEqual(said.code, 0, said)
                self.assert_english(said)
        self.refuse()
        for arguments in (("validate",), ("run", *DAY), ("why", "nobody"), ("why",)):
            with self.subTest(arguments):
                said = self.chinese(*arguments, "--json")
                self.assertNotEqual(said.code, 0)
                self.assert_english(said)

    def test_eval_is_english(self):
        self.put("rules.json", '[{"tag_id": 1, "name": "vip", "rule": "levle = 1"}]')
        said = self.chinese("eval", "--rules", "rules.json", "--table", "users=users.csv", "--out", "tags.csv",
                            *DAY)
        self.assertEqual(said.code, 2)
        self.assertIn("E_COLUMN_UNKNOWN", said.err)
        self.assert_english(said)
        self.assert_english(self.on_terminal("eval", "--rules", "rules.json", "--wrong", **CHINESE))

    def test_a_log_of_json_is_english(self):
        said = self.chinese("run", *DAY, "--log-format", "json", "--verbose", code=0)
        self.assertTrue(said.err)
        self.assert_english(said)

    def test_help_is_english(self):
        self.assert_english(self.chinese("--help"))
        self.assert_english(self.chinese("help", "dates"))


if __name__ == "__main__":
    if not BINARY.exists():
        sys.exit(f"no program {BINARY}")
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
