//! Java's frames: what is the application's, and names without what compilers and frameworks generate.

use std::borrow::Cow;

use super::frames::Role;
use crate::fingerprint::Version;
use crate::short_text;
use crate::trace::Call;

/// Packages of the platform and of libraries that many programs use; sorted.
const LIBRARIES: [&str; 70] = [
    "akka.",
    "android.",
    "androidx.",
    "ch.qos.",
    "clojure.",
    "com.amazonaws.",
    "com.android.",
    "com.datastax.",
    "com.fasterxml.",
    "com.google.",
    "com.microsoft.",
    "com.mongodb.",
    "com.mysql.",
    "com.netflix.",
    "com.oracle.",
    "com.rabbitmq.",
    "com.squareup.",
    "com.sun.",
    "com.zaxxer.",
    "dalvik.",
    "feign.",
    "groovy.",
    "io.grpc.",
    "io.lettuce.",
    "io.micrometer.",
    "io.micronaut.",
    "io.netty.",
    "io.quarkus.",
    "io.reactivex.",
    "io.vertx.",
    "jakarta.",
    "java.",
    "javax.",
    "jdk.",
    "junit.",
    "kotlin.",
    "kotlinx.",
    "net.bytebuddy.",
    "net.sf.",
    "okhttp3.",
    "okio.",
    "org.apache.",
    "org.codehaus.",
    "org.eclipse.",
    "org.elasticsearch.",
    "org.flywaydb.",
    "org.glassfish.",
    "org.gradle.",
    "org.h2.",
    "org.hibernate.",
    "org.jboss.",
    "org.jooq.",
    "org.junit.",
    "org.mariadb.",
    "org.mockito.",
    "org.mongodb.",
    "org.mybatis.",
    "org.postgresql.",
    "org.quartz.",
    "org.reactivestreams.",
    "org.redisson.",
    "org.slf4j.",
    "org.springframework.",
    "org.wildfly.",
    "reactor.",
    "redis.clients.",
    "retrofit2.",
    "scala.",
    "software.amazon.",
    "sun.",
];
/// What is in the name of a class that was made while the program ran.
const GENERATED: [&str; 11] = [
    "$$EnhancerBy",
    "$$FastClassBy",
    "$$SpringCGLIB",
    "$$Lambda",
    "$Proxy",
    "$$_javassist",
    "_$$_jvst",
    "$MockitoMock$",
    "$ByteBuddy$",
    "GeneratedMethodAccessor",
    "GeneratedConstructorAccessor",
];
const GENERATED_ENDINGS: [&str; 3] = ["_ClientProxy", "_Subclass", "$$Proxy"];

pub fn role(version: Version, call: &Call<'_>) -> Role {
    let (class, method) = call
        .function
        .rsplit_once('.')
        .unwrap_or(("", call.function));
    if is_library(class) {
        Role::Library
    } else if is_generated(class)
        || method.starts_with("access$")
        // A lambda within a lambda, of which older compilers do not say where it is.
        || (version >= Version::Two && method.starts_with("lambda$null$"))
    {
        Role::Glue
    } else if name(version, call.function).ends_with(".main") {
        Role::Entry
    } else {
        Role::App
    }
}

/// Of sorted prefixes of which none begins with another, the last one that is not behind a name is the
/// only one that it may begin with.
fn is_library(class: &str) -> bool {
    let behind = LIBRARIES.partition_point(|package| *package <= class);
    behind > 0 && class.starts_with(LIBRARIES[behind - 1])
}

fn is_generated(class: &str) -> bool {
    class.bytes().any(|byte| matches!(byte, b'$' | b'_' | b'G'))
        && (GENERATED.iter().any(|part| class.contains(part))
            || GENERATED_ENDINGS.iter().any(|end| class.ends_with(end)))
}

/// `a.B$1.lambda$run$3` is `a.B.run`; a lambda of a field or constructor is the class's own.
pub fn name(version: Version, function: &str) -> Cow<'_, str> {
    let (class, method) = function.rsplit_once('.').unwrap_or(("", function));
    let plain = !class.contains('$') && !method.starts_with("lambda$") && !method.contains('$');
    if plain {
        return Cow::Borrowed(function);
    }
    let method = match method.strip_prefix("lambda$") {
        Some(rest) => match rest.rsplit_once('$') {
            Some(("new", _)) => "<init>",
            Some(("static", _)) => "<clinit>",
            Some((enclosing, _)) => enclosing,
            None => rest,
        },
        None if version >= Version::Two && method.starts_with("$anonfun$") => {
            method[9..].split('$').next().unwrap_or(method)
        }
        None => short_text::before(method, "$lambda"),
    };
    let mut name = String::with_capacity(function.len());
    for (index, part) in class.split('$').enumerate() {
        let anonymous = part.bytes().all(|byte| byte.is_ascii_digit());
        if !(index > 0 && anonymous) {
            if index > 0 {
                name.push('$');
            }
            name.push_str(part);
        }
    }
    name.push('.');
    name.push_str(method);
    Cow::Owned(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_sorted_and_none_begins_with_another() {
        for pair in LIBRARIES.windows(2) {
            assert!(
                pair[0] < pair[1] && !pair[1].starts_with(pair[0]),
                "{pair:?}"
            );
        }
        assert!(is_library("java.util.ArrayList") && is_library("reactor.core.Mono"));
        assert!(!is_library("javascript.Engine") && !is_library("com.acme.Plan"));
    }

    #[test]
    fn names_lose_what_the_compiler_adds() {
        for (printed, expected) in [
            ("a.B.run", "a.B.run"),
            ("a.B.lambda$run$3", "a.B.run"),
            ("a.B$1.run", "a.B.run"),
            ("a.B$Inner$2.run", "a.B$Inner.run"),
            ("a.B.lambda$new$0", "a.B.<init>"),
            ("a.B.lambda$static$0", "a.B.<clinit>"),
            ("a.B$.$anonfun$run$1", "a.B.run"),
        ] {
            assert_eq!(name(Version::NEWEST, printed), expected, "{printed}");
        }
    }
}
