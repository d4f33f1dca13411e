/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expect.h: the traffic that the doctor makes; what each tool has to count on it stands in the tool (tool.proof). */
#ifndef NETTRACE_DOCTOR_EXPECT_H
#define NETTRACE_DOCTOR_EXPECT_H

#include "core/model/expectation.h"

/* What each family's traffic is made of: options of `nettrace traffic`. */
extern const char *const expected_traffic[];       /* always; ends with NULL */
extern const char *const expected_drop_traffic[];  /* where segments can be dropped by a socket filter */
extern const char *const expected_uring_traffic[]; /* where there is io_uring */

#endif
