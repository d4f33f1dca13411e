/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expect.h: the traffic of the doctor's proofs; each tool declares the expected counts itself (tool.proof). */
#ifndef NETTRACE_DOCTOR_EXPECT_H
#define NETTRACE_DOCTOR_EXPECT_H

#include "core/model/expectation.h"

/* Options of `nettrace traffic` for each family. */
extern const char *const expected_traffic[];       /* always; ends with NULL */
extern const char *const expected_drop_traffic[];  /* if a socket filter can drop segments */
extern const char *const expected_uring_traffic[]; /* if io_uring is available */

#endif
