/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_fields.c: members and columns completed by what they are views of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/print/fields.h"

struct sample {
	struct event common;
	uint64_t bytes;
	uint8_t kind;
};

static const char *const kinds[] = { NULL, "R" }, *const keys[] = { NULL, "retransmit" };
static const char *const words[] = { NULL, "sent again" };

static const struct member members[] = {
	{ "bytes", F_KBYTES, AT(struct sample, bytes), .help = "payload" },
	{ "kind", F_NAME, AT(struct sample, kind), NAMES(kinds), .keys = keys, .flag = 4, .help = "its kind" },
	{},
};
static const struct member totals[] = {
	{ "kind", .groups = 2 },
	{ "laddr", .merge = LATEST },
	{ "bytes", .merge = SUM, .sorts = 1, .help = "all" },
	{},
};
static const struct tool tool = { .name = "fake",
				  .members = members,
				  .totals = &(const struct totals){ .members = totals } };

static struct field column(struct column column)
{
	return field_of_column(&tool, &column);
}

static void members_of_totals_are_those_of_events(void **state)
{
	struct field field = field_of_member(&tool, &totals[0]);

	(void)state;
	assert_true(field.kind == F_NAME && field.off == offsetof(struct sample, kind) && field.size == 1);
	assert_true(field.groups == 2 && field.merge == KEY && field.names == kinds && field.keys == keys);
	assert_string_equal(field.help, "its kind");
	field = field_of_member(&tool, &totals[1]);
	assert_true(field.kind == F_ADDRESS && field.off == offsetof(struct event, laddr) && field.merge == LATEST);
	assert_int_equal(field.port, 0); /* an address alone */
	field = field_named(&tool, "bytes");
	assert_true(field.kind == F_KBYTES && field.merge == SUM && field.sorts == 1 && field.size == 8);
	assert_string_equal(field.help, "all");
}

static void columns_are_like_the_common_ones(void **state)
{
	struct field field = column((struct column){ "comm" });

	(void)state;
	assert_string_equal(field.title, "COMM");
	assert_true(field.kind == F_TEXT && field.off == offsetof(struct event, comm) && field.size == COMM_SIZE);
	assert_true(field.width == 16 && field.wide == 16 && field.truncate && field.help);
	assert_int_equal(field.where, IN_TABLE | IN_WIDE | IN_CSV);
	field = column((struct column){ "comm", "C-COMM", .width = 10, .wide = 16 });
	assert_string_equal(field.title, "C-COMM");
	assert_true(field.width == 10 && field.wide == 16 && field.truncate);
	field = column((struct column){ "laddr", .bracketed = true });
	assert_true(field.width == 15 && field.wide == 39 && field.bracketed && !field.port);
	field = column((struct column){ "laddr", .width = 20 });
	assert_true(field.width == 20 && field.wide == 20);
	field = column((struct column){ "family", .where = IN_WIDE | IN_CSV, .flag = 2, .unless = 4, .before = "<",
					.after = ">" });
	assert_true(field.where == (IN_WIDE | IN_CSV) && field.flag == 2 && field.unless == 4);
	assert_true(!strcmp(field.before, "<") && !strcmp(field.after, ">"));
	field = column((struct column){ "timestamp" });
	assert_true(field.kind == F_RELATIVE && field.decimals == 6 && field.off == offsetof(struct event, ts));
	assert_string_equal(field.help, "seconds since the first row");
	field = column((struct column){ "timestamp", .decimals = 3 });
	assert_int_equal(field.decimals, 3);
	field = column((struct column){ "container" });
	assert_true(field.kind == F_CONTAINER && field.unit == CONTAINER_LABEL);
}

static void columns_show_members_in_their_form(void **state)
{
	struct field field = column((struct column){ "bytes", "KB", .width = -5 });

	(void)state;
	assert_true(field.kind == F_KBYTES && field.off == offsetof(struct sample, bytes) && field.wide == -5);
	field = column((struct column){ "bytes", "B", .as = F_SI });
	assert_true(field.kind == F_SI && field.size == 8);
	field = column((struct column){ "kind", "T" });
	assert_true(field.names == kinds && field.keys == keys && field.flag == 4);
	field = column((struct column){ "kind", NAMES(words) });
	assert_true(field.names == words && field.n_names == 2 && !field.keys);
	field = column((struct column){ "local", "LADDR:LPORT", .of = "laddr", .as = F_ENDPOINT });
	assert_string_equal(field.name, "local");
	assert_true(field.off == offsetof(struct event, laddr) && field.port == offsetof(struct event, lport));
	assert_null(field.help); /* the member's tells of the address only */
}

static void words_may_be_texts_only(void **state)
{
	static const struct column said[] = { { "", .before = "accepted" }, { "bytes", .as = F_SI, .after = "B" }, {} };
	struct field *fields = fields_of_columns(&tool, said);

	(void)state;
	assert_true(fields[0].kind == F_NONE && !strcmp(fields[0].before, "accepted"));
	assert_true(fields[1].kind == F_SI && !strcmp(fields[1].after, "B"));
	assert_null(fields[2].name);
	free(fields);
}

static void common_columns_show_common_members(void **state)
{
	(void)state;
	for (const struct column *common = common_columns; common->name; common++) {
		struct field field = field_of_column(NULL, common);

		assert_true(field.title && field.width && field.help);
		assert_true((size_t)field.off + field.size <= sizeof(struct event));
	}
	for (const struct member *common = common_members; common->name; common++)
		assert_true(common->help && (size_t)common->off + common->size <= sizeof(struct event));
}

static void wrong_tables_end_the_program(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		close(STDERR_FILENO);
		column((struct column){ "no_such_member" });
		_exit(100);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_of_totals_are_those_of_events),
		cmocka_unit_test(columns_are_like_the_common_ones),
		cmocka_unit_test(columns_show_members_in_their_form),
		cmocka_unit_test(words_may_be_texts_only),
		cmocka_unit_test(common_columns_show_common_members),
		cmocka_unit_test(wrong_tables_end_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
