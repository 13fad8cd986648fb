/* SPDX-License-Identifier: GPL-3.0-or-later */
/* people.h - six people, and designs of them. */
#ifndef GLINT_TESTS_FEATURES_PEOPLE_H
#define GLINT_TESTS_FEATURES_PEOPLE_H

#include "tables.h"

#include "features/design.h"

static const char people[] = "y:real,x:real,n:int,g:code,h:text,b:bool,year:int,w:real,when:time\n"
                             "1,0.5,3,f,u,true,75,1,2024-01-01\n"
                             "2,1.5,1,m,v,false,65,2,2024-01-02\n"
                             "3,2.5,2,f,w,true,65,0,2024-01-03\n"
                             "4,3.5,5,m,u,false,70,1,2024-01-04\n"
                             "5,4.5,4,f,v,true,70,1,2024-01-05\n"
                             "7,5.5,9,m,w,true,75,3,2024-01-06\n";

static inline Design *try_learn(const Frame *f, const char *formula, const DesignOptions *opt, Error *err)
{
    Terms *t = terms_parse(str_of(formula), 0, f, err);
    return t ? design_learn(t, f, opt, err) : NULL;
}

static inline Design *learn(const Frame *f, const char *formula, const DesignOptions *opt)
{
    static const DesignOptions plain = {0};
    Error err = ERROR_INIT;
    Design *d = try_learn(f, formula, opt ? opt : &plain, &err);
    if (!d)
        fail_msg("'%s': %s\n", formula, err.msg);
    return d;
}

#endif
