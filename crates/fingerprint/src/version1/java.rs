//! Java's frames: what is the application's, and names without what compilers and frameworks generate.

use std::borrow::Cow;

use super::frames::Role;
use crate::trace::Call;

/// Packages of the platform and of libraries that many programs use.
const LIBRARIES: [&str; 62] = [
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "jakarta.",
    "kotlin.",
    "kotlinx.",
    "scala.",
    "groovy.",
    "clojure.",
    "akka.",
    "android.",
    "androidx.",
    "dalvik.",
    "com.android.",
    "org.springframework.",
    "org.apache.",
    "org.eclipse.",
    "org.hibernate.",
    "org.jboss.",
    "org.wildfly.",
    "org.junit.",
    "junit.",
    "org.mockito.",
    "org.slf4j.",
    "org.postgresql.",
    "org.h2.",
    "org.jooq.",
    "org.quartz.",
    "org.gradle.",
    "org.codehaus.",
    "org.glassfish.",
    "org.reactivestreams.",
    "org.elasticsearch.",
    "org.mariadb.",
    "org.mongodb.",
    "org.redisson.",
    "org.flywaydb.",
    "org.mybatis.",
    "com.fasterxml.",
    "com.google.",
    "com.zaxxer.",
    "com.mysql.",
    "com.mongodb.",
    "com.netflix.",
    "com.rabbitmq.",
    "com.squareup.",
    "com.amazonaws.",
    "com.datastax.",
    "com.microsoft.",
    "com.oracle.",
    "ch.qos.",
    "io.netty.",
    "io.grpc.",
    "io.lettuce.",
    "io.micrometer.",
    "io.micronaut.",
    "io.quarkus.",
    "io.vertx.",
    "io.reactivex.",
    "reactor.",
];
const MORE_LIBRARIES: [&str; 8] = [
    "net.bytebuddy.",
    "net.sf.",
    "okhttp3.",
    "okio.",
    "redis.clients.",
    "retrofit2.",
    "software.amazon.",
    "feign.",
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

pub fn role(call: &Call<'_>) -> Role {
    let (class, method) = call
        .function
        .rsplit_once('.')
        .unwrap_or(("", call.function));
    if LIBRARIES
        .iter()
        .chain(&MORE_LIBRARIES)
        .any(|package| class.starts_with(package))
    {
        Role::Library
    } else if is_generated(class) || method.starts_with("access$") {
        Role::Glue
    } else if name(call.function).ends_with(".main") {
        Role::Entry
    } else {
        Role::App
    }
}

fn is_generated(class: &str) -> bool {
    class.contains(['$', '_', 'G'])
        && (GENERATED.iter().any(|part| class.contains(part))
            || GENERATED_ENDINGS.iter().any(|end| class.ends_with(end)))
}

/// `a.B$1.lambda$run$3` is `a.B.run`; a lambda of a field or constructor is the class's own.
pub fn name(function: &str) -> Cow<'_, str> {
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
        None => method.split("$lambda").next().unwrap_or(method),
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
